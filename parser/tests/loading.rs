//! Lookup and reading of files.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::{fs, io};

use thriftly_parser::{Files, Memory, Options, load, load_from, load_str};

/// Counts how often each file is read.
struct Counting {
    files: Memory,
    read: RefCell<Vec<PathBuf>>,
}

impl Files for Counting {
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.files.canonical(path)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.read.borrow_mut().push(self.files.canonical(path)?);
        self.files.read(path)
    }
}

fn memory(files: &[(&str, &str)]) -> Memory {
    let mut memory = Memory::default();
    for (path, text) in files {
        memory.insert(path, *text);
    }
    memory
}

#[test]
fn each_file_is_read_once_by_any_path() {
    let files = memory(&[
        (
            "main.thrift",
            "include \"a.thrift\" include \"./sub/../b.thrift\" include \"sub/c.thrift\"",
        ),
        ("a.thrift", "include \"b.thrift\" include \"sub/c.thrift\""),
        ("b.thrift", "include \"./a.thrift\""),
        ("sub/c.thrift", "include \"../b.thrift\" include \"c.thrift\""),
    ]);
    let files = Counting { files, read: RefCell::default() };
    let outcome = load_from(&files, Path::new("main.thrift"), &Options::default());
    assert_eq!(outcome.program.files.len(), 4);
    let mut read = files.read.into_inner();
    read.sort();
    assert_eq!(read, ["a.thrift", "b.thrift", "main.thrift", "sub/c.thrift"].map(PathBuf::from));
}

#[test]
fn the_directory_of_the_includer_comes_before_the_include_dirs_in_order() {
    let files = memory(&[
        (
            "main/main.thrift",
            "include \"beside.thrift\" include \"first.thrift\" include \"second.thrift\"",
        ),
        ("main/beside.thrift", ""),
        ("one/beside.thrift", ""),
        ("one/first.thrift", ""),
        ("two/first.thrift", ""),
        ("two/second.thrift", "include \"beside.thrift\""),
        ("two/beside.thrift", ""),
    ]);
    let options = Options { include_dirs: vec!["one".into(), "two".into()], ..Options::default() };
    let outcome = load_from(&files, Path::new("main/main.thrift"), &options);
    assert!(!outcome.has_errors(), "{}", outcome.render());
    let paths: Vec<_> =
        outcome.sources.paths().map(|path| path.to_str().unwrap().replace('\\', "/")).collect();
    assert_eq!(
        paths,
        [
            "main/main.thrift",
            "main/beside.thrift",
            "one/first.thrift",
            "two/second.thrift",
            "two/beside.thrift"
        ]
    );
}

#[test]
fn a_text_without_a_file_finds_includes_in_the_include_dirs_only() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("loading");
    fs::create_dir_all(directory.join("sub")).unwrap();
    fs::write(
        directory.join("shared.thrift"),
        "include \"sub/deep.thrift\" struct T { 1: deep.D d }",
    )
    .unwrap();
    fs::write(directory.join("sub/deep.thrift"), "struct D {}").unwrap();

    let text = "include \"shared.thrift\" struct S { 1: shared.T t }";
    let outcome = load_str("inline", text, &Options::default());
    assert!(outcome.render().contains("cannot find the included file `shared.thrift`"));

    let options = Options { include_dirs: vec![directory.clone()], ..Options::default() };
    let outcome = load_str("inline", text, &options);
    assert!(!outcome.has_errors(), "{}", outcome.render());
    assert_eq!(outcome.program.files.len(), 3);

    let absolute = format!(
        "include \"{}\"",
        directory.join("shared.thrift").display().to_string().replace('\\', "/")
    );
    assert!(!load_str("inline", &absolute, &Options::default()).has_errors());

    let outcome = load(&directory.join("shared.thrift"), &Options::default());
    assert!(!outcome.has_errors(), "{}", outcome.render());
    assert_eq!(outcome.sources.paths().count(), 2);
}

#[test]
fn a_path_that_is_no_file_cannot_be_loaded() {
    for path in ["no/such/file.thrift", "."] {
        let outcome = load(Path::new(path), &Options::default());
        assert!(outcome.has_errors());
        assert!(outcome.program.files.is_empty());
        assert!(outcome.render().starts_with(&format!("error: cannot read {path}: ")));
    }
}

#[test]
fn errors_of_all_files_come_in_one_run_in_order() {
    let files = memory(&[
        ("main.thrift", "include \"a.thrift\" struct S { 1: Nope1 n, 2: a.Nope2 m }"),
        ("a.thrift", "struct T { 1: Nope3 n } const i32 C = \"x\" struct { }"),
    ]);
    let outcome = load_from(&files, Path::new("main.thrift"), &Options::default());
    let places: Vec<_> = outcome
        .diagnostics
        .iter()
        .map(|diagnostic| {
            let span = diagnostic.primary.as_ref().unwrap().span;
            (span.file.0, outcome.sources.position(span).column)
        })
        .collect();
    assert!(places.is_sorted(), "{places:?}");
    assert_eq!(places.iter().filter(|place| place.0 == 1).count(), 2, "{}", outcome.render());
}
