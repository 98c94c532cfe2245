//! The files of the repository with random white space, comments and separators between their tokens.

use std::fs;

use thriftly_parser::{Options, format, parse};

use crate::meaning::{assert_same, files};

/// A small generator of random numbers (SplitMix64), so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn one_of<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[(self.next() % of.len() as u64) as usize]
    }
}

const QUIET: &[&str] = &["", "", "", "", " ", " ", "\n", "\n\n"];

const LOUD: &[&str] = &[
    "",
    "",
    " ",
    "\n",
    "\n\n\n",
    "\t",
    "\r\n",
    " // line\n",
    "\n    // own line  \n",
    "# sharp\n\n",
    "/* block */",
    " /* one *//* two */ ",
    "\n/* own */\n",
    "\n\n  /* tall\n\t   text\n\n  */",
    "/** doc */",
    "\n\t/**\n\t * stars\n\t *   deep\n\t */\n",
    " /** first\n     second */ ",
    "/**\n * uneven\n   * stars\n */",
    "/**/",
    " // one\n // two\n",
];

/// The tokens of a text, approximately, without comments.
fn pieces(text: &[u8]) -> Vec<String> {
    let mut bytes = text.to_vec();
    for comment in parse(text).0.comments {
        bytes[comment.span.start as usize..comment.span.end as usize].fill(b' ');
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let mut pieces = Vec::new();
    let mut rest = text.trim_start_matches('\u{FEFF}').trim_start();
    while let Some(first) = rest.chars().next() {
        let word = |one: char| one.is_ascii_alphanumeric() || "_.+-".contains(one);
        let end = if first == '"' || first == '\'' {
            let mut escaped = false;
            let close = rest[1..].find(|one| {
                let end = one == first && !escaped;
                escaped = one == '\\' && !escaped;
                end
            });
            close.map_or(rest.len(), |at| at + 2)
        } else if word(first) {
            rest.find(|one| !word(one)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        pieces.push(rest[..end].to_owned());
        rest = rest[end..].trim_start();
    }
    pieces
}

/// The pieces with something else between them.
fn shaken(pieces: &[String], gaps: &[&str], random: &mut Random) -> String {
    let mut text = random.one_of(gaps).to_owned();
    let mut angles = 0;
    for (at, piece) in pieces.iter().enumerate() {
        match piece.as_str() {
            "<" => angles += 1,
            ">" => angles -= 1,
            _ => {}
        }
        // Within `map<…>` the comma must stay.
        let separator = angles == 0 && matches!(piece.as_str(), "," | ";");
        let piece = if separator { random.one_of(&[",", ";", " "]) } else { piece };
        let glued = |one: char| one.is_ascii_alphanumeric() || "_.+-\"'".contains(one);
        if at > 0 && text.ends_with(glued) && piece.starts_with(glued) {
            text.push(' ');
        }
        // A slash and a star must not meet by chance; no token has them.
        text.push_str(piece);
        text.push_str(random.one_of(gaps));
    }
    text
}

#[test]
fn random_layouts_say_the_same_in_their_new_layout() {
    let mut laid_out = 0;
    for (number, path) in files().into_iter().enumerate() {
        let Ok(text) = fs::read(&path) else { continue };
        if text.len() > 20_000 || format(&text, &Options::default()).is_err() {
            continue;
        }
        let pieces = pieces(&text);
        for round in 0..10 {
            let mut random = Random(number as u64 * 1000 + round);
            let gaps = if round % 2 == 0 { QUIET } else { LOUD };
            let text = shaken(&pieces, gaps, &mut random);
            let name = format!("{} round {round}", path.display());
            assert_same(&name, text.as_bytes(), &Options::default());
            laid_out += usize::from(format(&text, &Options::default()).is_ok());
        }
    }
    assert!(laid_out > 500, "{laid_out}");
}
