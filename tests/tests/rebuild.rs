//! A change of a .thrift file alone makes the next build see it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A package of its own that uses `thrift!`.
struct Package(PathBuf);

impl Package {
    fn new() -> Package {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rebuild");
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let runtime = workspace.join("runtime");
        std::fs::create_dir_all(folder.join("src")).expect("the folder can be made");
        let package = Package(folder);
        package.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"rebuild\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n\
                 thriftly = {{ path = {:?}, default-features = false }}\n",
                runtime.display().to_string(),
            ),
        );
        // The same versions, which are downloaded already.
        std::fs::copy(workspace.join("Cargo.lock"), package.0.join("Cargo.lock"))
            .expect("the workspace has a lock file");
        package.write(
            "src/main.rs",
            "thriftly::thrift!(\"root.thrift\");\n\
             fn main() { println!(\"{GREETING} {}\", included::NAME); }\n",
        );
        package
    }

    fn write(&self, path: &str, text: &str) {
        std::fs::write(self.0.join(path), text).expect("the file can be written");
    }

    /// Builds and runs it, and returns what it prints.
    fn run(&self) -> String {
        let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
        let output = Command::new(cargo)
            .args(["run", "--quiet", "--offline"])
            .current_dir(&self.0)
            .env("CARGO_TARGET_DIR", self.0.join("target"))
            .env_remove("RUSTFLAGS")
            .output()
            .expect("cargo can be run");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        String::from_utf8(output.stdout).expect("it prints text")
    }
}

#[test]
fn an_edited_idl_file_is_seen_by_the_next_build_and_so_is_an_included_one() {
    let package = Package::new();
    package
        .write("src/root.thrift", "include 'included.thrift'\nconst string GREETING = 'hello'\n");
    package.write("src/included.thrift", "const string NAME = 'world'\n");
    assert_eq!(package.run(), "hello world\n");
    package
        .write("src/root.thrift", "include 'included.thrift'\nconst string GREETING = 'goodbye'\n");
    assert_eq!(package.run(), "goodbye world\n");
    package.write("src/included.thrift", "const string NAME = 'moon'\n");
    assert_eq!(package.run(), "goodbye moon\n");
}
