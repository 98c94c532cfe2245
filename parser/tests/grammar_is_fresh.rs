//! Freshness of `src/grammar.rs`, which LALRPOP generates from `src/grammar.lalrpop`.
//!
//! It is checked in so that users do not build LALRPOP. This test generates it again and compares.

use std::path::{Path, PathBuf};
use std::{env, fs};

#[test]
fn the_checked_in_parser_is_made_from_the_grammar() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let checked_in = source.join("grammar.rs");
    let made = make(&source.join("grammar.lalrpop"));
    if env::var_os("THRIFTLY_BLESS").is_some() {
        fs::write(&checked_in, &made).expect("grammar.rs can be written");
    }
    let found = fs::read_to_string(&checked_in).unwrap_or_default();
    assert!(
        found == made,
        "src/grammar.rs is out of date. Generate it from src/grammar.lalrpop with\n\n    \
         THRIFTLY_BLESS=1 cargo test -p thriftly-parser --test grammar_is_fresh\n"
    );
}

/// Runs LALRPOP in its own directory and removes what differs between runs.
fn make(grammar: &Path) -> String {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("grammar");
    fs::create_dir_all(&directory).expect("a directory for the output");
    fs::copy(grammar, directory.join("grammar.lalrpop")).expect("the grammar can be copied");
    lalrpop::Configuration::new()
        .set_in_dir(&directory)
        .set_out_dir(&directory)
        .emit_rerun_directives(false)
        .force_build(true)
        .process()
        .expect("the grammar is accepted");
    let made = fs::read_to_string(directory.join("grammar.rs")).expect("the output can be read");
    slim(&made)
}

/// Removes a hash, empty lines, numbering comments, and attributes that the `mod` line in `lib.rs` sets for all.
fn slim(made: &str) -> String {
    let mut out = String::with_capacity(made.len());
    let mut in_attribute = false;
    for line in made.lines() {
        in_attribute |= line.starts_with("#[allow(");
        let dropped = in_attribute
            || line.trim().is_empty()
            || line.starts_with("// sha3:")
            || line.trim_start().starts_with("// State ");
        in_attribute &= !line.ends_with(")]");
        if !dropped {
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    out
}
