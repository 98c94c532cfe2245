//! The map in ARCHITECTURE.md equals the tree, and the tests that documents name exist.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The folders whose files and folders the map lists one by one.
const SOURCES: [&str; 4] =
    ["macros/codegen/src/", "parser/src/", "runtime/core/src/", "runtime/src/"];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// All paths of the map, from the root of the tree; folders end with `/`.
fn map() -> BTreeSet<String> {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("there is a map");
    let block = text.split("```\n").nth(1).expect("the map is the first block");
    let mut folder = "";
    let mut paths = BTreeSet::new();
    for line in block.lines() {
        if let Some(inner) = line.strip_prefix("  ") {
            paths.extend(columns(inner).map(|path| format!("{folder}{path}")));
        } else {
            folder = line.split(' ').next().unwrap_or_default();
            paths.insert(folder.to_owned());
        }
    }
    paths
}

/// The paths of one line: its first word, and every word that begins with `src/`.
fn columns(line: &str) -> impl Iterator<Item = &str> {
    let words = line.split(' ').map(|word| word.trim_end_matches(','));
    words
        .enumerate()
        .filter(|(at, word)| *at == 0 || word.starts_with("src/"))
        .map(|(_, word)| word)
}

/// The folders and files in a folder, but for those that only tools see. A module's file stands for its folder.
fn entries(folder: &Path) -> BTreeSet<String> {
    let found = std::fs::read_dir(folder).expect("the folder can be read");
    let names = found.map(|entry| {
        let entry = entry.expect("the folder can be read");
        let name = entry.file_name().into_string().expect("a name in UTF-8");
        if entry.path().is_dir() { name + "/" } else { name }
    });
    names.filter(|name| !name.starts_with('.') && name != "target/").collect()
}

/// Whether the map has a path, as a file or as the folder of a module's parts.
fn has(map: &BTreeSet<String>, path: &str) -> bool {
    let twin = match path.strip_suffix(".rs") {
        Some(module) => format!("{module}/"),
        None => format!("{}.rs", path.trim_end_matches('/')),
    };
    map.contains(path) || map.contains(&twin)
}

#[test]
fn each_path_of_the_map_exists() {
    let map = map();
    assert!(map.len() > 50, "{map:#?}");
    let lost: Vec<_> = map.iter().filter(|path| !root().join(path).exists()).collect();
    assert!(lost.is_empty(), "not in the tree: {lost:#?}");
}

#[test]
fn each_folder_at_the_root_and_each_package_is_in_the_map() {
    /// All folders with a manifest.
    fn packages(folder: &Path, found: &mut Vec<PathBuf>) {
        for name in entries(folder) {
            if name == "Cargo.toml" {
                found.push(folder.to_owned());
            } else if name.ends_with('/') {
                packages(&folder.join(name), found);
            }
        }
    }
    let map = map();
    let mut found = Vec::new();
    let folders: Vec<_> = entries(root()).into_iter().filter(|name| name.ends_with('/')).collect();
    for folder in &folders {
        assert!(map.contains(folder), "{folder} is not in the map");
        packages(&root().join(folder), &mut found);
    }
    for package in found {
        let package = package.strip_prefix(root()).expect("it is below the root");
        // A workspace of its own may have several.
        let workspace = package.ancestors().any(|folder| {
            let shown = format!("{}/", folder.display().to_string().trim_end_matches('/'));
            let is_nested = folder == package || shown.contains("/benches/");
            is_nested && map.contains(&shown)
        });
        assert!(workspace, "{} is not in the map", package.display());
    }
}

#[test]
fn each_file_and_folder_of_parser_code_generator_and_runtime_is_in_the_map() {
    let map = map();
    let mut lost = Vec::new();
    for folder in SOURCES {
        let names = entries(&root().join(folder));
        let names = names.into_iter().filter(|name| name != "lib.rs");
        let paths = names.map(|name| format!("{folder}{name}"));
        lost.extend(paths.filter(|path| !has(&map, path)));
    }
    assert!(lost.is_empty(), "not in the map: {lost:#?}");
}

/// The paths of all Rust files below a folder, with their texts.
fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for name in entries(folder) {
        let path = folder.join(&name);
        if name.ends_with('/') {
            sources(&path, found);
        } else if name.ends_with(".rs") {
            let text = std::fs::read_to_string(&path).expect("a text");
            found.push((path.display().to_string(), text));
        }
    }
}

#[test]
fn each_attack_of_the_readme_has_its_tests() {
    let text = std::fs::read_to_string(root().join("tests/README.md")).expect("it is there");
    let table = text.split("\n# ").find(|section| section.starts_with("Attacks\n"));
    let mut found = Vec::new();
    ["runtime/core/src", "runtime/tests", "tests/tests"]
        .into_iter()
        .for_each(|folder| sources(&root().join(folder), &mut found));
    let rows = table.expect("there is a section").lines().filter(|line| line.starts_with("| "));
    let mut named = 0;
    for row in rows.filter(|row| !row.ends_with("| test |")) {
        let tests: Vec<_> = row
            .split('`')
            .filter_map(|code| code.split_once("::"))
            .filter(|(module, _)| !module.contains(' '))
            .collect();
        assert!(!tests.is_empty(), "no test: {row}");
        for (module, test) in tests {
            let function = format!("fn {test}(");
            let is_there =
                found.iter().any(|(path, text)| path.contains(module) && text.contains(&function));
            assert!(is_there, "there is no {module}::{test}");
            named += 1;
        }
    }
    assert!(named > 100, "{named}");
}
