//! Text as HTML: every character of the IDL passes through here, or through the writer of Markdown.

use std::fmt::{self, Display};

/// Text that is shown as it is, within elements and within quoted attributes.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            out.write_str(&rest[..at])?;
            out.write_str(match rest.as_bytes()[at] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                _ => "&#39;",
            })?;
            rest = &rest[at + 1..];
        }
        out.write_str(rest)
    }
}

/// The link to an anchor: `#` and the anchor with everything encoded that is no letter, digit or dot.
pub(super) struct Link<'a>(pub(super) &'a str);

impl Display for Link<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("#")?;
        for byte in self.0.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-' => {
                    write!(out, "{}", char::from(byte))?;
                }
                _ => write!(out, "%{byte:02X}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_html_reads_is_left() {
        let text = "a<b>&\"'\u{e9}</script>";
        assert_eq!(Escaped(text).to_string(), "a&lt;b&gt;&amp;&quot;&#39;\u{e9}&lt;/script&gt;");
        assert_eq!(Link("a.B \"<\u{e9}").to_string(), "#a.B%20%22%3C%C3%A9");
    }
}
