//! The page around the definitions: head, contents, a section for each file.

use std::fmt::Write;

use thriftly_parser::program::{DefId, Definition, File, Program};

use super::anchors::Anchors;
use super::html::{Escaped, Link};
use super::items::Items;
use super::markdown::html_of;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The SHA-256 of [`STYLE`] and [`SCRIPT`] in base64: the browser applies and runs nothing else.
const STYLE_HASH: &str = "vBDBJ2PS2UFUvhdiWp6r/MmBCeZYN3t1ighs7fh1c3I=";
const SCRIPT_HASH: &str = "pHAxnub4sHJVXlmEranAgoQ4gumq6YVbEyJsA49BP78=";

/// Whether a definition belongs to a group.
type Belongs = fn(&Definition) -> bool;

/// The groups of definitions in the order of the page.
const GROUPS: [(&str, Belongs); 4] = [
    ("Services", |one| matches!(one, Definition::Service(_))),
    ("Structs", |one| matches!(one, Definition::Struct(_))),
    ("Enums and typedefs", |one| matches!(one, Definition::Enum(_) | Definition::Typedef(_))),
    ("Constants", |one| matches!(one, Definition::Const(_))),
];

/// The whole page.
pub(super) fn page(program: &Program) -> String {
    let anchors = Anchors::of(program);
    let title = program.files.first().map_or("", |file| file.prefix.as_str());
    let title = Escaped(title);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n\
         <meta name=viewport content=\"width=device-width, initial-scale=1\">\n\
         <meta name=color-scheme content=\"light dark\">\n\
         <meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; \
         script-src 'sha256-{SCRIPT_HASH}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=generator content=\"thriftly {}\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <header><a href=\"#\" class=title>{title}</a>\
         <input id=search type=search placeholder=\"Search (press /)\" aria-label=\"Search\" autocomplete=off spellcheck=false>\
         <button id=theme type=button title=\"Light or dark\" aria-label=\"Light or dark\">\u{25D0}</button>\
         <button id=menu type=button aria-expanded=false aria-controls=contents>Contents</button></header>\n\
         <div id=found role=listbox aria-label=\"Search results\" hidden></div>\n",
        env!("CARGO_PKG_VERSION")
    );
    contents(program, &anchors, &mut out);
    out.push_str("<main>\n");
    for file in &program.files {
        section(program, &anchors, file, &mut out);
    }
    let _ = write!(out, "</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n");
    out
}

/// The definitions of a group in a file.
fn group(file: &File, of: Belongs) -> impl Iterator<Item = (DefId, &Definition)> {
    let numbered = (0..).zip(&file.definitions).filter(move |(_, definition)| of(definition));
    numbered.map(|(index, definition)| (DefId { file: file.id, index }, definition))
}

fn contents(program: &Program, anchors: &Anchors, out: &mut String) {
    out.push_str("<nav id=contents aria-label=Contents>\n");
    for (number, file) in program.files.iter().enumerate() {
        // The file itself and what it includes are open, the rest is closed.
        let open = if number == 0 { " open" } else { "" };
        let _ = write!(
            out,
            "<details{open}><summary><a href=\"{}\">{}</a></summary>",
            Link(&anchors.file(number)),
            Escaped(&file.prefix)
        );
        for (name, of) in GROUPS {
            let mut definitions = group(file, of).peekable();
            if definitions.peek().is_none() {
                continue;
            }
            let _ = write!(out, "<h2>{name}</h2><ul>");
            for (id, definition) in definitions {
                let anchor = anchors.definition(id, definition);
                let name = Escaped(&definition.name().text);
                let _ = write!(out, "<li><a href=\"{}\">{name}</a>", Link(&anchor));
            }
            out.push_str("</ul>");
        }
        out.push_str("</details>\n");
    }
    out.push_str("</nav>\n");
}

fn section(program: &Program, anchors: &Anchors, file: &File, out: &mut String) {
    let number = file.id.0 as usize;
    let anchor = anchors.file(number);
    let _ = write!(
        out,
        "<section class=file id=\"{0}\" data-kind=file data-name=\"{1}\"><h1>{1}<span class=of>.thrift</span></h1>",
        Escaped(&anchor),
        Escaped(&file.prefix)
    );
    if let Some(doc) = &file.doc {
        out.push_str("<div class=doc>");
        html_of(doc, out);
        out.push_str("</div>");
    }
    facts(program, anchors, file, out);
    let items = Items { program, anchors, from: file.id };
    for (name, of) in GROUPS {
        let mut definitions = group(file, of).peekable();
        if definitions.peek().is_some() {
            let _ = writeln!(out, "<h2>{name}</h2>");
        }
        for (id, definition) in definitions {
            items.definition(id, definition, out);
        }
    }
    out.push_str("</section>\n");
}

/// Includes and namespaces.
fn facts(program: &Program, anchors: &Anchors, file: &File, out: &mut String) {
    if !file.includes.is_empty() {
        out.push_str("<p class=facts>Includes ");
        for (at, include) in file.includes.iter().enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            let link = anchors.file(include.file.0 as usize);
            let prefix = &program.file(include.file).prefix;
            let _ = write!(out, "{comma}<a href=\"{}\">{}</a>", Link(&link), Escaped(prefix));
        }
        out.push_str("</p>");
    }
    if !file.namespaces.is_empty() {
        out.push_str("<p class=facts>");
        for namespace in &file.namespaces {
            let (scope, name) = (Escaped(&namespace.scope), Escaped(&namespace.name));
            let _ = write!(out, "<code>namespace {scope} {name}</code> ");
        }
        out.push_str("</p>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base64(bytes: &[u8]) -> String {
        const LETTERS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let groups = bytes.chunks(3).map(|group| {
            let bits =
                (0..3).fold(0, |bits, at| bits << 8 | u32::from(*group.get(at).unwrap_or(&0)));
            let letter = |at: usize| char::from(LETTERS[(bits >> (18 - 6 * at)) as usize & 63]);
            (0..4).map(|at| if at <= group.len() { letter(at) } else { '=' }).collect::<String>()
        });
        groups.collect()
    }

    #[test]
    fn the_policy_allows_the_style_and_the_script_of_the_page() {
        for (text, hash) in [(STYLE, STYLE_HASH), (SCRIPT, SCRIPT_HASH)] {
            let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
            assert_eq!(base64(digest.as_ref()), hash);
            assert!(!text.contains("</"), "the element ends at the first end tag");
        }
    }
}
