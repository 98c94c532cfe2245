//! The files of the page. They are parts of the program, so that it needs no folder beside it.

use http::{Response, StatusCode};

use super::reply::{ConsoleBody, response};

const HTML: &str = include_str!("page/console.html");
const STYLE: &str = include_str!("page/console.css");
const ICON: &str = include_str!("page/console.svg");

/// One file for the browser; each part uses the ones before it.
const SCRIPT: &str = concat!(
    "(() => {\n\"use strict\";\n",
    include_str!("page/dom.js"),
    include_str!("page/json.js"),
    include_str!("page/idl.js"),
    include_str!("page/check.js"),
    include_str!("page/source.js"),
    include_str!("page/complete.js"),
    include_str!("page/editor.js"),
    include_str!("page/scalar.js"),
    include_str!("page/form.js"),
    include_str!("page/answer.js"),
    include_str!("page/history.js"),
    include_str!("page/link.js"),
    include_str!("page/index.js"),
    include_str!("page/docs.js"),
    include_str!("page/call.js"),
    include_str!("page/console.js"),
    "})();\n",
);

/// The file with the name; the empty one is the page.
pub(super) fn file(name: &str) -> Option<Response<ConsoleBody>> {
    let (content_type, text) = match name {
        "" => ("text/html; charset=utf-8", HTML),
        "console.css" => ("text/css; charset=utf-8", STYLE),
        "console.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "console.svg" => ("image/svg+xml", ICON),
        _ => return None,
    };
    Some(response(StatusCode::OK, content_type, text.as_bytes()))
}
