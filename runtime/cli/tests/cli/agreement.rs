//! `thriftly check` says what `thrift!` says, of every IDL file of the repository.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use proc_macro2::{TokenStream, TokenTree};
use syn::LitStr;

/// Arguments of the command, and the options of the macro that they stand for.
const OPTIONS: [(&str, &str); 4] = [
    ("", ""),
    (
        "--unmarked optional --views --maps hashed --strings small --binary small --unknown-fields kept \
         --multiline-strings --lenient-oneway --derive serde::Serialize",
        "unmarked: optional, views: true, maps: hashed, strings: small, binary: small, unknown_fields: kept, \
         multiline_strings: true, lenient_oneway: true, derive: [serde::Serialize]",
    ),
    (
        "--unmarked optional=Person,Nobody --names Person.name=title --names Color=red \
         --with shared.thrift=crate::shared",
        r#"unmarked: { optional: ["Person", "Nobody"] },
           names: { "Person.name": "title", "Color": "red" },
           with: { "shared.thrift": crate::shared }"#,
    ),
    ("--unmarked plain --maps ordered", "unmarked: plain, maps: ordered"),
];

/// Says for `expansions`, a child process, which options are meant.
const VARIABLE: &str = "THRIFTLY_AGREEMENT_OPTIONS";

/// Stands before what is said of a file.
const FILE: &str = "======== ";

#[test]
fn check_and_the_macro_report_the_same_for_every_file() {
    for (index, (arguments, options)) in OPTIONS.into_iter().enumerate() {
        let mut macros = Command::new(env::current_exe().unwrap());
        macros.args(["agreement::expansions", "--exact", "--ignored", "--nocapture"]);
        let run = macros.env(VARIABLE, index.to_string()).current_dir(root()).output().unwrap();
        assert!(run.status.success(), "{run:?}");
        let said = String::from_utf8(run.stderr).unwrap();
        let mut said = said.split(FILE).skip(1).map(|part| part.split_once('\n').unwrap());
        let (mut differences, mut warnings, mut errors) = (Vec::new(), 0, 0);
        for path in files() {
            let (of, by_macro) = said.next().unwrap();
            assert_eq!(Path::new(of), path);
            let run = Command::new(env!("CARGO_BIN_EXE_thriftly"))
                .arg("check")
                .args(arguments.split_whitespace())
                .arg(&path)
                .current_dir(root())
                .output()
                .unwrap();
            let by_check = String::from_utf8(run.stdout).unwrap();
            let (by_check, by_macro) = (diagnostics(&by_check), diagnostics(by_macro));
            if by_check != by_macro {
                differences.push(format!("{of}\ncheck: {by_check:#?}\nthrift!: {by_macro:#?}"));
            }
            let wrong = by_macro.iter().any(|one| one.starts_with("error: "));
            warnings += by_macro.iter().filter(|one| one.starts_with("warning: ")).count();
            errors += usize::from(wrong);
            let status = run.status.code();
            assert!(
                wrong == (status != Some(0)),
                "{of}: {status:?}\n{by_macro:#?}\n{}",
                String::from_utf8_lossy(&run.stderr)
            );
        }
        assert!(warnings > 50 && errors > 50, "{warnings} warnings, errors in {errors} files");
        assert!(differences.is_empty(), "with `{options}`:\n{}", differences.join("\n"));
    }
}

/// What the macro says of every file, warnings and errors, each after the name of the file.
#[test]
#[ignore = "it is run by the other test, which reads what it writes"]
fn expansions() {
    let options = env::var(VARIABLE).unwrap().parse::<usize>().unwrap();
    let options = OPTIONS[options].1.parse::<TokenStream>().unwrap();
    for path in files() {
        eprintln!("{FILE}{}", path.display());
        let name = path.file_name().unwrap().to_str().unwrap();
        // As if the file itself called the macro: its folder is that of the calling file.
        let expansion = thriftly_codegen::thrift(quote::quote!(#name, #options), Some(path));
        errors(expansion);
    }
}

/// Writes the texts of all `compile_error!` that are items. Those within items repeat them, at the same
/// place, which the compiler does not show.
fn errors(tokens: TokenStream) {
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        if matches!(&token, TokenTree::Ident(ident) if ident == "compile_error") {
            let Some(TokenTree::Group(group)) = tokens.nth(1) else { panic!("no text") };
            let text: LitStr = syn::parse2(group.stream()).unwrap();
            eprintln!("error: {}\n", text.value());
        }
    }
}

/// The diagnostics in a text, without regard to their order: the macro says warnings first.
fn diagnostics(text: &str) -> Vec<String> {
    let mut diagnostics: Vec<String> = Vec::new();
    for line in text.lines() {
        let first = line.starts_with("error: ") || line.starts_with("warning: ");
        match diagnostics.last_mut() {
            Some(last) if !first => last.extend(["\n", line]),
            _ => diagnostics.push(line.to_owned()),
        }
    }
    diagnostics.iter_mut().for_each(|one| one.truncate(one.trim_end().len()));
    diagnostics.sort_unstable();
    diagnostics
}

fn root() -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap()
}

/// Every IDL file of the repository, as seen from its root.
fn files() -> Vec<PathBuf> {
    let root = root();
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> =
        ["examples", "macros", "parser", "runtime", "tests"].map(|name| root.join(name)).into();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes()[0] == b'.');
            if path.is_dir() && !hidden && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "thrift") {
                files.push(path.strip_prefix(&root).unwrap().to_owned());
            }
        }
    }
    files.sort_unstable();
    assert!(files.len() > 150, "{}", files.len());
    files
}
