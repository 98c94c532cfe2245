//! Parts of a file that formatting must not change.

use std::fs;
use std::path::{Path, PathBuf};

use thriftly_parser::{Options, format, parse};

/// Checks that formatting preserves the program and is idempotent. Texts with syntax errors are not formatted.
pub(crate) fn assert_same(name: &str, text: &[u8], options: &Options) {
    let Ok(once) = format(text, options) else { return };
    let context = || {
        format!(
            "{name}:\n{}\n---\n{}",
            String::from_utf8_lossy(text),
            String::from_utf8_lossy(&once)
        )
    };
    assert_eq!(tokens(text), tokens(&once), "{}", context());
    assert_eq!(comments(text), comments(&once), "{}", context());
    if !options.multiline_strings {
        assert_eq!(tree(text), tree(&once), "{}", context());
    }
    let twice = format(&once, options).unwrap();
    let lines = once.split(|&byte| byte == b'\n').zip(twice.split(|&byte| byte == b'\n'));
    let changed: Vec<_> = lines.filter(|(once, twice)| once != twice).take(1).collect();
    let changed =
        changed.iter().map(|(a, b)| (String::from_utf8_lossy(a), String::from_utf8_lossy(b)));
    assert!(
        twice == once,
        "{}\nthe second run changed {:?}",
        context(),
        changed.collect::<Vec<_>>()
    );
    let trailing = once.split(|&byte| byte == b'\n').any(|line| line.ends_with(b" "));
    assert!(!trailing || options.multiline_strings, "{}", context());
}

/// The tree with doc texts, without spans and comments.
fn tree(text: &[u8]) -> String {
    let (mut file, errors) = parse(text);
    assert!(errors.is_empty(), "{errors:?}");
    file.comments.clear();
    let tree = format!("{file:?}");
    let mut parts = tree.split("Span { file: ");
    let first = parts.next().unwrap().to_owned();
    let rest = parts.map(|part| part.split_once('}').unwrap().1);
    first + &rest.collect::<Vec<_>>().concat()
}

/// The text of each comment, without indent and trailing spaces.
fn comments(text: &[u8]) -> Vec<Vec<String>> {
    let comments = parse(text).0.comments.into_iter();
    let texts = comments.map(|comment| {
        let span = comment.span.start as usize..comment.span.end as usize;
        String::from_utf8_lossy(&text[span]).into_owned()
    });
    texts.map(|text| text.lines().map(|line| line.trim().to_owned()).collect()).collect()
}

/// The text without comments, whitespace and separators; it contains what the tree leaves out.
fn tokens(text: &[u8]) -> String {
    let mut bytes = text.to_vec();
    for comment in parse(text).0.comments {
        bytes[comment.span.start as usize..comment.span.end as usize].fill(b' ');
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    text.chars().filter(|one| !one.is_whitespace() && !",;\u{FEFF}".contains(*one)).collect()
}

/// Every .thrift file of the repository.
pub(crate) fn files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("..")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if name != "target" && !name.starts_with('.') {
                    folders.push(path);
                }
            } else if name.ends_with(".thrift") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

#[test]
fn every_file_of_the_repository_says_the_same_in_its_new_layout() {
    let files = files();
    assert!(files.len() > 100, "{files:?}");
    let mut laid_out = 0;
    for path in files {
        let text = fs::read(&path).unwrap();
        for multiline_strings in [false, true] {
            let options = Options { multiline_strings, ..Options::default() };
            assert_same(&path.display().to_string(), &text, &options);
            laid_out += usize::from(format(&text, &options).is_ok());
        }
    }
    assert!(laid_out > 100, "{laid_out}");
}
