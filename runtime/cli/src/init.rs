//! `thriftly init`: a new project.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::status::{Status, complain};

/// The arguments of `init`.
#[derive(Debug)]
pub(crate) struct Init {
    /// The folder, which must not have a project yet.
    pub(crate) folder: PathBuf,
}

const MAIN: &str = include_str!("init/project/main.rs");
const IDL: &str = include_str!("init/project/hello.thrift");

/// Writes the files of the project, none of which may be there.
pub(crate) fn run(init: &Init, out: &mut dyn Write) -> io::Result<Status> {
    let folder = &init.folder;
    let name = match package_name(folder) {
        Ok(name) => name,
        Err(error) => {
            complain(&format!("error: cannot find the name of {}: {error}", folder.display()));
            return Ok(Status::Unusable);
        }
    };
    let files = [
        ("Cargo.toml", manifest(&name)),
        (".gitignore", "/target\n".to_owned()),
        ("src/hello.thrift", IDL.to_owned()),
        ("src/main.rs", MAIN.to_owned()),
    ];
    for (file, _) in &files {
        let path = folder.join(file);
        // A project may be in a repository that has one already.
        if *file != ".gitignore" && path.exists() {
            complain(&format!("error: {} exists already", path.display()));
            return Ok(Status::Found);
        }
    }
    for (file, text) in &files {
        let path = folder.join(file);
        if path.exists() {
            continue;
        }
        let parent = path.parent().unwrap_or(folder);
        if let Err(error) = fs::create_dir_all(parent).and_then(|()| fs::write(&path, text)) {
            complain(&format!("error: cannot write {}: {error}", path.display()));
            return Ok(Status::Unusable);
        }
        writeln!(out, "{}", path.display())?;
    }
    writeln!(out, "\nServe with `cargo run`, call with `cargo run Ada`, test with `cargo test`.")?;
    Ok(Status::Clean)
}

/// The name of the folder, as far as a package may have it.
fn package_name(folder: &Path) -> io::Result<String> {
    let absolute = std::path::absolute(folder)?;
    let name = absolute.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    let name: String =
        name.chars().map(|letter| if allowed(letter) { letter } else { '-' }).collect();
    let name = name.trim_matches('-');
    Ok(match name.chars().next() {
        Some(first) if first.is_ascii_alphabetic() && name != "test" => name.to_owned(),
        _ => format!("hello-{name}").trim_end_matches('-').to_owned(),
    })
}

fn manifest(name: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let minimum = env!("CARGO_PKG_RUST_VERSION");
    format!(
        "[package]\n\
         name = \"{name}\"\n\
         version = \"0.1.0\"\n\
         edition = \"2024\"\n\
         rust-version = \"{minimum}\"\n\
         publish = false\n\
         \n\
         [dependencies]\n\
         thriftly = \"{version}\"\n\
         tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_have_the_names_of_their_folders_if_cargo_allows_them() {
        for (folder, name) in [
            ("/a/store", "store"),
            ("/a/My Store", "my-store"),
            ("/a/2nd", "hello-2nd"),
            ("/a/test", "hello-test"),
            ("/", "hello"),
            ("/a/größe", "gr--e"),
        ] {
            assert_eq!(package_name(Path::new(folder)).unwrap(), name);
        }
    }
}
