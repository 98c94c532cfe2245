//! Cargo, started by tests.

use std::process::Command;

/// The cargo that built the tests, as a person would start it.
///
/// Without the variables by which it describes a package to its tests: ring's build script depends on their values, so
/// that ring, and everything above it, would be compiled anew.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| text.starts_with(start)) {
            command.env_remove(&name);
        }
    }
    command
}
