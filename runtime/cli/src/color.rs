//! Colors on terminals, unless the environment variable `NO_COLOR` is set.

use std::borrow::Cow;
use std::io;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

const KEY: Style = AnsiColor::Blue.on_default();
const TEXT: Style = AnsiColor::Green.on_default();
const NUMBER: Style = AnsiColor::Cyan.on_default();
const WORD: Style = AnsiColor::Magenta.on_default();
const ERROR: Style = AnsiColor::Red.on_default().bold();

/// JSON in colors, if standard output is a terminal.
pub(crate) fn json(json: &str) -> Cow<'_, str> {
    match AutoStream::choice(&io::stdout()) {
        ColorChoice::Never => Cow::Borrowed(json),
        _ => Cow::Owned(colored(json)),
    }
}

/// A message for people; the word `error` is in color, if standard error is a terminal.
pub(crate) fn message(message: &str) -> Cow<'_, str> {
    match (message.strip_prefix("error"), AutoStream::choice(&io::stderr())) {
        (None, _) | (_, ColorChoice::Never) => Cow::Borrowed(message),
        (Some(rest), _) => Cow::Owned(format!("{ERROR}error{ERROR:#}{rest}")),
    }
}

fn colored(json: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(json.len() * 2), json);
    while let Some(first) = rest.chars().next() {
        let (length, style) = match first {
            '"' => {
                let end = end_of_string(rest);
                let is_key = rest[end..].starts_with(':');
                (end, if is_key { KEY } else { TEXT })
            }
            '-' | '0'..='9' => (end_of_word(rest), NUMBER),
            'a'..='z' => (end_of_word(rest), WORD),
            other => (other.len_utf8(), Style::new()),
        };
        let (token, after) = rest.split_at(length);
        out.push_str(&format!("{style}{token}{style:#}"));
        rest = after;
    }
    out
}

/// End of the string at the start of the text.
fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// End of the number, or of the word `true`, `false` or `null`, at the start of the text.
fn end_of_word(text: &str) -> usize {
    let is_end = |byte: char| !byte.is_ascii_alphanumeric() && !matches!(byte, '-' | '+' | '.');
    text.find(is_end).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_has_its_color_and_the_text_stays() {
        let json = "{\n  \"a\\\"b\": [-1.5e+3, true, null, \"x: y\"],\n  \"c\": {}\n}";
        let colored = colored(json);
        assert_eq!(anstream::adapter::strip_str(&colored).to_string(), json);
        for token in [
            format!("{KEY}\"a\\\"b\"{KEY:#}"),
            format!("{NUMBER}-1.5e+3{NUMBER:#}"),
            format!("{WORD}true{WORD:#}"),
            format!("{WORD}null{WORD:#}"),
            format!("{TEXT}\"x: y\"{TEXT:#}"),
        ] {
            assert!(colored.contains(&token), "{token} in {colored}");
        }
    }
}
