//! The text of a paragraph, and the tags in it.

/// The text with code, emphasis and links of Markdown, HTML and Javadoc as Markdown, and with everything
/// else that Markdown or rustdoc would understand as something escaped.
pub(super) fn convert(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let (written, length) = piece(rest, first, before);
        out.push_str(&written);
        before = rest[..length].chars().next_back().unwrap_or(first);
        rest = &rest[length..];
    }
    out
}

/// The output for the start of a text, and the length of the input that it covers.
fn piece(text: &str, first: char, before: char) -> (String, usize) {
    let plain = || (first.to_string(), first.len_utf8());
    let escaped = || (format!("\\{first}"), first.len_utf8());
    match first {
        '\\' => match text[1..].chars().next() {
            Some(next) if next.is_ascii_punctuation() => (text[..2].to_owned(), 2),
            _ => plain(),
        },
        '`' => {
            let run = text.len() - text.trim_start_matches('`').len();
            match end_of_code(text, run) {
                Some(end) => (text[..end].to_owned(), end),
                None => ("\\`".repeat(run), run),
            }
        }
        '<' => autolink(text).or_else(|| tag(text)).unwrap_or_else(escaped),
        '[' => link(text).unwrap_or_else(escaped),
        ']' => escaped(),
        '{' => javadoc(text).unwrap_or_else(plain),
        'h' if !before.is_alphanumeric() => bare_url(text).unwrap_or_else(plain),
        _ => plain(),
    }
}

/// Where the code ends that begins with so many backticks.
fn end_of_code(text: &str, run: usize) -> Option<usize> {
    let mut at = run;
    while let Some(next) = text[at..].find('`') {
        let start = at + next;
        let length = text[start..].len() - text[start..].trim_start_matches('`').len();
        at = start + length;
        if length == run {
            return Some(at);
        }
    }
    None
}

/// `<https://…>`
fn autolink(text: &str) -> Option<(String, usize)> {
    let end = text.find('>')?;
    let url = &text[1..end];
    is_url(url).then(|| (text[..=end].to_owned(), end + 1))
}

fn is_url(url: &str) -> bool {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    rest.is_some_and(|rest| {
        !rest.is_empty() && !rest.contains(|c: char| c.is_whitespace() || "<>`\\()\"".contains(c))
    })
}

/// `https://…` without anything around it.
fn bare_url(text: &str) -> Option<(String, usize)> {
    let end =
        text.find(|c: char| c.is_whitespace() || "<>`\\()\"".contains(c)).unwrap_or(text.len());
    let url = text[..end].trim_end_matches(|c: char| ".,;:!?'*_]}|".contains(c));
    is_url(url).then(|| (format!("<{url}>"), url.len()))
}

/// `[text](https://…)`
fn link(text: &str) -> Option<(String, usize)> {
    let (inside, rest) = text[1..].split_once(']')?;
    let url = rest.strip_prefix('(')?.split_once(')')?.0;
    let plain = !inside.contains(['[', '`', '<', '\\', '\n']);
    let end = 1 + inside.len() + 2 + url.len() + 1;
    (plain && is_url(url)).then(|| (text[..end].to_owned(), end))
}

/// `{@link Name}`, `{@code text}`
fn javadoc(text: &str) -> Option<(String, usize)> {
    let end = text.find('}')?;
    let (tag, inside) = text[1..end].split_once(char::is_whitespace)?;
    let is_code = matches!(tag, "@code" | "@link" | "@linkplain" | "@value" | "@literal");
    let inside = inside.trim();
    (is_code && !inside.is_empty()).then(|| (code_span(&inside.replace('\n', " ")), end + 1))
}

/// A tag of HTML that Markdown has something for, with its content.
fn tag(text: &str) -> Option<(String, usize)> {
    let end = text.find('>')?;
    let inside = text[1..end].trim_end_matches('/').trim();
    let name = inside.split_whitespace().next()?.to_ascii_lowercase();
    if matches!(name.as_str(), "br" | "p" | "/p" | "ul" | "/ul" | "ol" | "/ol" | "li" | "/li") {
        return Some((String::new(), end + 1));
    }
    let (content, _) = split_at_end(&text[end + 1..], &name)?;
    let length = end + 1 + content.len() + name.len() + 3;
    let trimmed = content.trim();
    if trimmed.is_empty() {
        return None;
    }
    let written = match name.as_str() {
        "code" | "tt" | "samp" | "kbd" | "pre" => code_span(&decoded(trimmed).replace('\n', " ")),
        "b" | "strong" => format!("**{}**", convert(trimmed)),
        "i" | "em" => format!("*{}*", convert(trimmed)),
        "a" => {
            let url = inside.split(['"', '\'']).find(|part| is_url(part));
            match url {
                Some(url) if !trimmed.contains(['[', ']', '<', '`', '\n']) && !is_url(trimmed) => {
                    format!("[{}]({url})", convert(trimmed))
                }
                _ => convert(trimmed),
            }
        }
        _ => return None,
    };
    Some((written, length))
}

/// The text before and after `</name>`.
pub(super) fn split_at_end<'a>(text: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    let end = format!("</{name}>");
    let at = text.char_indices().find(|(at, _)| {
        text.get(*at..at + end.len()).is_some_and(|part| part.eq_ignore_ascii_case(&end))
    })?;
    Some((&text[..at.0], &text[at.0 + end.len()..]))
}

/// The text after `<name>` or `<name …>` at the start of a line.
pub(super) fn after_tag<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let rest = line.strip_prefix('<')?;
    let begins = rest.get(..name.len())?.eq_ignore_ascii_case(name);
    let (attributes, behind) = rest.get(name.len()..)?.split_once('>')?;
    (begins && !attributes.starts_with(char::is_alphanumeric)).then_some(behind)
}

/// The text of `<li>text`.
pub(super) fn item_tag(line: &str) -> Option<&str> {
    after_tag(line, "li").map(str::trim_start)
}

/// The line without the tags at its beginning that end or separate paragraphs and lists.
pub(super) fn without_breaks(line: &str) -> &str {
    let mut rest = line;
    while let Some((name, behind)) = rest.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
        let name = name.trim_end_matches('/').trim().to_ascii_lowercase();
        if !matches!(name.as_str(), "br" | "p" | "/p" | "ul" | "/ul" | "ol" | "/ol" | "/li") {
            break;
        }
        rest = behind.trim_start();
    }
    rest
}

/// Text as code within a line.
pub(crate) fn code_span(text: &str) -> String {
    let fence = "`".repeat(longest_run(text) + 1);
    // A backtick at either end would belong to the fence.
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// How many backticks stand together at most.
pub(super) fn longest_run(text: &str) -> usize {
    text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0)
}

/// The text with the usual entities as letters.
pub(super) fn decoded(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// Whether the lines draw a table in a way that Markdown does not know, or that it would cut in its code.
pub(super) fn is_drawing(lines: &[String]) -> bool {
    let is_row =
        |line: &String| line.starts_with('|') || line.starts_with("+-") || line.starts_with("+=");
    let has_border = lines.iter().any(|line| line.starts_with('+'));
    let has_code = lines.iter().any(|line| line.contains('`'));
    let has_delimiter = lines.iter().any(|line| {
        line.contains('-') && line.contains('|') && line.chars().all(|c| "|-: ".contains(c))
    });
    (lines.iter().all(is_row) && has_border) || (has_delimiter && has_code)
}

/// The line of a paragraph so that it begins nothing else. The first line of an item begins no list, quote
/// or heading either.
pub(super) fn harmless(line: &str, in_item: bool) -> String {
    let line = line.trim_start();
    let is_marker = |mark: &str| {
        line == mark || line.strip_prefix(mark).is_some_and(|rest| rest.starts_with(' '))
    };
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let is_number = (1..=9).contains(&digits) && line[digits..].starts_with(['.', ')']);
    // Text after a tag is no fence.
    let behind_ticks = line.trim_start_matches('`');
    let ticks = line.len() - behind_ticks.len();
    match line.chars().next() {
        Some('`') if ticks >= 3 && !behind_ticks.contains('`') => {
            format!("{}{behind_ticks}", "\\`".repeat(ticks))
        }
        Some('~') if line.starts_with("~~~") => format!("\\{line}"),
        Some('>') => format!("\\{line}"),
        Some('-' | '+' | '*' | '#') if in_item && ["-", "+", "*"].into_iter().any(is_marker) => {
            format!("\\{line}")
        }
        Some('#') if in_item => format!("\\{line}"),
        Some(_) if in_item && is_number => format!("{}\\{}", &line[..digits], &line[digits..]),
        _ => line.to_owned(),
    }
}
