//! Doc text as HTML.

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd, html};
use thriftly_codegen::markdown::text;

/// The level of the headings of docs, below those of the page.
const HEADING: HeadingLevel = HeadingLevel::H5;

/// The HTML of a doc text. HTML in the text is shown as text; images are replaced by their texts, and links lead to
/// `http` and `https` only.
pub(super) fn html_of(doc: &str, out: &mut String) {
    let markdown = text(doc);
    let mut links = Vec::new();
    let events = Parser::new(&markdown).filter_map(move |event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::HtmlBlock | Tag::Image { .. }) => None,
        Event::End(TagEnd::HtmlBlock | TagEnd::Image) => None,
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let kept = is_web(&dest_url);
            links.push(kept);
            kept.then_some(Event::Start(Tag::Link { link_type, dest_url, title, id }))
        }
        Event::End(TagEnd::Link) => match links.pop() {
            Some(true) => Some(Event::End(TagEnd::Link)),
            _ => None,
        },
        Event::Start(Tag::Heading { .. }) => Some(Event::Start(Tag::Heading {
            level: HEADING,
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        })),
        Event::End(TagEnd::Heading(_)) => Some(Event::End(TagEnd::Heading(HEADING))),
        event => Some(event),
    });
    html::push_html(out, events);
}

fn is_web(url: &str) -> bool {
    let starts =
        |with: &str| url.get(..with.len()).is_some_and(|one| one.eq_ignore_ascii_case(with));
    starts("http://") || starts("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(doc: &str) -> String {
        let mut out = String::new();
        html_of(doc, &mut out);
        out.trim_end().to_owned()
    }

    #[test]
    fn markdown_is_kept() {
        assert_eq!(
            shown("A *b* `c<d>`.\n\n- e\n- f\n\n# G\n"),
            "<p>A <em>b</em> <code>c&lt;d&gt;</code>.</p>\n<ul>\n<li>e</li>\n<li>f</li>\n</ul>\n<h5>G</h5>"
        );
        assert_eq!(
            shown("See https://a.b/c."),
            "<p>See <a href=\"https://a.b/c\">https://a.b/c</a>.</p>"
        );
    }

    #[test]
    fn nothing_becomes_html_or_a_script() {
        for doc in [
            "<script>alert(1)</script>",
            "text <img src=x onerror=alert(1)> text",
            "<svg/onload=alert(1)>",
            "<!-- --><b onclick=x>",
            "[a](javascript:alert(1)) [b](JaVaScRiPt:x) [c](data:text/html,x)",
            "[a]: javascript:alert(1)\n\n[a]",
            "![x](https://a.b/\"onload=alert(1))",
            "<javascript:alert(1)>",
            "```html\n</code></pre><script>\n```",
            "`</code><script>`",
            "# <script>",
            "[x](https://a.b/'\"><script>)",
            "[\"><script>](https://a.b)",
            "&lt;script&gt; &#60;script&#62;",
            "<a href='javascript:x'>t</a>",
        ] {
            let html = shown(doc);
            // Only the tags that Markdown makes, and only links to the web.
            for tag in html.split('<').skip(1) {
                let name = tag.split([' ', '>']).next().unwrap().trim_start_matches('/');
                let known = ["p", "code", "pre", "em", "strong", "ul", "ol", "li", "a", "h5"];
                assert!(known.contains(&name), "{doc}: {html}");
                let attributes = tag.split('>').next().unwrap().strip_prefix(name).unwrap_or("");
                let harmless = attributes.is_empty()
                    || attributes.starts_with(" href=\"http")
                    || attributes.starts_with(" class=\"language-");
                assert!(harmless && attributes.matches('"').count() % 2 == 0, "{doc}: {html}");
                assert!(!attributes.contains("on"), "{doc}: {html}");
            }
        }
    }
}
