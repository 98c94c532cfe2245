//! Resolution of the path given to `thrift!`.

use std::fs;
use std::path::{Path, PathBuf};

/// Usual source folders of a package. They are searched when the compiler does not provide the
/// calling file, as under rust-analyzer.
const SOURCE_FOLDERS: [&str; 8] =
    ["src", "tests", "examples", "benches", "idl", "thrift", "proto", "interfaces"];

/// Maximum number of folders visited by a search.
const MAX_FOLDERS: usize = 10_000;

/// The source file that invokes the macro.
pub(crate) struct Caller {
    /// Its folder, if the compiler provides the file.
    pub(crate) dir: Option<PathBuf>,
    /// The folder of its package.
    pub(crate) package: PathBuf,
}

impl Caller {
    pub(crate) fn of(file: Option<PathBuf>) -> Caller {
        let dir = file.and_then(|file| {
            let file = std::path::absolute(file).ok()?;
            // Some tools run the compiler in another folder than its relative paths start from.
            file.is_file().then(|| file.parent().map(Path::to_path_buf)).flatten()
        });
        let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        Caller { dir, package: package.unwrap_or_default() }
    }

    /// The search folders for a path, in order.
    pub(crate) fn dirs(&self) -> impl Iterator<Item = &Path> {
        self.dir.iter().chain([&self.package]).map(PathBuf::as_path)
    }

    /// Finds the file at a path that is relative to the calling file, to the package, or to one of
    /// `include_dirs`.
    ///
    /// # Errors
    ///
    /// Returns a message if the file does not exist, or if the calling file is unknown and several
    /// files match.
    pub(crate) fn find(&self, path: &Path, include_dirs: &[PathBuf]) -> Result<PathBuf, String> {
        let mut tried: Vec<PathBuf> = Vec::new();
        if self.dir.is_none() && path.is_relative() {
            match &self.search(path)[..] {
                [] => {}
                [found] => return Ok(found.clone()),
                several => return Err(ambiguous(path, several)),
            }
        }
        for dir in self.dirs().chain(include_dirs.iter().map(PathBuf::as_path)) {
            let candidate = dir.join(path);
            if candidate.is_file() {
                return Ok(candidate);
            }
            if !tried.contains(&candidate) {
                tried.push(candidate);
            }
        }
        let tried = list(&tried);
        let mut message = format!("there is no file `{}`; looked for it at{tried}", path.display());
        if self.dir.is_none() {
            let folders = SOURCE_FOLDERS.join(", ");
            message.push_str(&format!("\nand in every folder below {folders} of the package"));
        }
        Err(message)
    }

    /// All files that the path resolves to from the package folder or any source folder in it.
    fn search(&self, path: &Path) -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> = Vec::new();
        let mut known = Vec::new();
        let mut folders = vec![self.package.clone()];
        let mut waiting: Vec<PathBuf> =
            SOURCE_FOLDERS.iter().rev().map(|name| self.package.join(name)).collect();
        while let Some(folder) = waiting.pop() {
            if folders.len() == MAX_FOLDERS {
                break;
            }
            waiting.extend(subfolders(&folder));
            folders.push(folder);
        }
        for folder in folders {
            let candidate = folder.join(path);
            // The same file may be reached in several ways, as by `../idl/sleep.thrift`.
            let canonical = candidate.is_file().then(|| fs::canonicalize(&candidate).ok());
            if let Some(canonical) = canonical.flatten()
                && !known.contains(&canonical)
            {
                known.push(canonical);
                found.push(candidate);
            }
        }
        found
    }
}

/// The direct subfolders of a folder, sorted, without hidden ones and links.
fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
        .map(|entry| entry.path())
        .collect();
    folders.sort_unstable_by(|a, b| b.cmp(a));
    folders
}

fn ambiguous(path: &Path, found: &[PathBuf]) -> String {
    let found = list(found);
    format!(
        "`{}` may be any of several files, and the compiler does not say which source file asks \
         for it:{found}\nwrite the path from the package's folder, such as \"idl/sleep.thrift\"",
        path.display()
    )
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| format!("\n  {}", path.display())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A temporary package with empty files.
    struct Package(Caller);

    impl Package {
        fn new(name: &str, files: &[&str]) -> Package {
            let name = format!("thriftly-caller-{name}-{}", std::process::id());
            let package = std::env::temp_dir().join(name);
            fs::create_dir(&package).expect("nothing else has this name");
            for file in files {
                let file = package.join(file);
                fs::create_dir_all(file.parent().expect("it is in the package")).expect("writable");
                fs::write(file, "").expect("writable");
            }
            Package(Caller { dir: None, package })
        }

        fn find(&self, path: &str) -> Result<String, String> {
            let found = self.0.find(Path::new(path), &[])?;
            let found = fs::canonicalize(found).map_err(|error| error.to_string())?;
            let package = fs::canonicalize(&self.0.package).map_err(|error| error.to_string())?;
            Ok(found.strip_prefix(package).expect("it is in the package").display().to_string())
        }
    }

    impl Drop for Package {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0.package);
        }
    }

    #[test]
    fn one_match_in_the_source_folders_is_taken() {
        let files = ["src/net/sleep.thrift", "idl/rest.thrift", "docs/no.thrift"];
        let package = Package::new("one", &files);
        assert_eq!(package.find("sleep.thrift").as_deref(), Ok("src/net/sleep.thrift"));
        assert_eq!(package.find("idl/rest.thrift").as_deref(), Ok("idl/rest.thrift"));
        assert_eq!(package.find("../idl/rest.thrift").as_deref(), Ok("idl/rest.thrift"));
        let error = package.find("no.thrift").expect_err("docs is no source folder");
        assert!(error.contains("there is no file `no.thrift`"), "{error}");
        assert!(error.contains("src, tests, examples"), "{error}");
    }

    #[test]
    fn several_matches_are_listed() {
        let package = Package::new("two", &["src/sleep.thrift", "tests/sleep.thrift"]);
        let error = package.find("sleep.thrift").expect_err("it could be either");
        for path in ["src/sleep.thrift", "tests/sleep.thrift"] {
            assert!(error.contains(&package.0.package.join(path).display().to_string()), "{error}");
        }
        assert_eq!(package.find("src/sleep.thrift").as_deref(), Ok("src/sleep.thrift"));
    }

    #[test]
    fn the_folder_of_the_calling_file_comes_first() {
        let mut package = Package::new("known", &["src/sleep.thrift", "tests/sleep.thrift"]);
        package.0.dir = Some(package.0.package.join("tests"));
        assert_eq!(package.find("sleep.thrift").as_deref(), Ok("tests/sleep.thrift"));
    }
}
