//! Packages of their own that use thriftly, made and built by tests.

use std::path::{Path, PathBuf};

use crate::cargo::cargo;

/// A package of its own, which depends on thriftly without default features.
#[derive(Debug)]
pub struct Package(PathBuf);

impl Package {
    /// Makes a package in a folder, which is emptied but for what was built before.
    ///
    /// # Panics
    /// It cannot be made.
    pub fn new(folder: &Path, name: &str) -> Package {
        let folder = folder.join(name);
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let runtime = workspace.join("runtime");
        let _ = std::fs::remove_dir_all(folder.join("src"));
        std::fs::create_dir_all(folder.join("src")).expect("the folder can be made");
        let package = Package(folder);
        package.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"{name}\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n\
                 thriftly = {{ path = {:?}, default-features = false }}\n\
                 [features]\nasync = [\"thriftly/async\"]\n",
                runtime.display().to_string(),
            ),
        );
        // The same versions, which are downloaded already.
        std::fs::copy(workspace.join("Cargo.lock"), package.0.join("Cargo.lock"))
            .expect("the workspace has a lock file");
        package
    }

    /// Writes a file of the package.
    ///
    /// # Panics
    /// It cannot be written.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        made.and_then(|()| std::fs::write(path, text)).expect("the file can be written");
    }

    /// Has cargo do something with it, and returns what is printed.
    ///
    /// # Panics
    /// It fails.
    pub fn cargo(&self, arguments: &[&str]) -> String {
        self.try_cargo(arguments).unwrap_or_else(|errors| panic!("{errors}"))
    }

    /// Has cargo do something with it, and returns what is printed.
    ///
    /// # Errors
    /// It fails: what it said of that.
    ///
    /// # Panics
    /// There is no cargo.
    pub fn try_cargo(&self, arguments: &[&str]) -> Result<String, String> {
        let output = cargo()
            .args(["--quiet", "--offline"])
            .args(arguments)
            .current_dir(&self.0)
            // One folder for all, so that what they depend on is built once.
            .env("CARGO_TARGET_DIR", self.0.join("../packages"))
            .env_remove("RUSTFLAGS")
            .output()
            .expect("cargo can be run");
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }
}
