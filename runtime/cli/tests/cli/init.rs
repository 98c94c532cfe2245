//! `thriftly init` and `thriftly completions`.

use std::fs;

use crate::transcript::{files, piped, thriftly, told};

/// The project that is made, as a module: it is compiled, and its tests are run.
#[path = "../../src/init/project/main.rs"]
#[expect(dead_code, reason = "nobody calls its `main`")]
mod project;

#[test]
fn a_project_is_made_once() {
    let folder = std::env::temp_dir().join(format!("thriftly-init-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    let path = folder.join("my-service");
    let init = || {
        let output = thriftly().arg("init").arg(&path).output().expect("it can be run");
        told(output)
    };
    let (out, complaint, status) = init();
    assert_eq!((&*complaint, status), ("", Some(0)));
    let source = files().join("../../../src/init/project");
    for file in ["main.rs", "hello.thrift"] {
        assert!(out.contains(&format!("{}\n", path.join("src").join(file).display())), "{out}");
        let read = |path| fs::read_to_string(path).expect("it is there");
        assert_eq!(read(path.join("src").join(file)), read(source.join(file)));
    }
    let manifest = fs::read_to_string(path.join("Cargo.toml")).expect("it is there");
    assert!(manifest.starts_with("[package]\nname = \"my-service\"\n"), "{manifest}");
    let version = env!("CARGO_PKG_VERSION");
    assert!(manifest.contains(&format!("\nthriftly = \"{version}\"\n")), "{manifest}");
    let (out, complaint, status) = init();
    assert_eq!((&*out, status), ("", Some(1)));
    let manifest = path.join("Cargo.toml");
    assert_eq!(complaint, format!("error: {} exists already\n", manifest.display()));
    fs::remove_dir_all(&folder).expect("it can be removed");
}

#[test]
fn every_shell_gets_its_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (out, complaint, status) = told(piped(&["completions", shell], b""));
        assert_eq!((&*complaint, status), ("", Some(0)));
        assert!(out.contains("hexdump") && out.contains("breaking"), "{shell}");
    }
}
