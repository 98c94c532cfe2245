use super::{code_span, lines};

/// The lines without the blank before each.
fn shown(text: &str) -> String {
    let lines = lines(text);
    assert!(lines.iter().all(|line| line.is_empty() || line.starts_with(' ')), "{lines:?}");
    lines.iter().map(|line| line.get(1..).unwrap_or("")).collect::<Vec<_>>().join("\n")
}

fn check(text: &str, expected: &str) {
    assert_eq!(shown(text), expected, "for:\n{text}");
}

#[test]
fn paragraphs_stay_as_they_are() {
    check("One.\nTwo *three* `four`.\n\n\nFive.\n\n", "One.\nTwo *three* `four`.\n\nFive.");
    check("", "");
    check("\n \n", "");
    check("a\n      b\n  c", "a\nb\nc");
}

#[test]
fn indented_lines_are_text_in_a_fence() {
    check(
        "For example\n\n    { \"name\": \"bob\" }\n\n      more\n\nEnd.",
        "For example\n\n```text\n{ \"name\": \"bob\" }\n\n  more\n```\n\nEnd.",
    );
    check("    let x = y;", "```text\nlet x = y;\n```");
    check("\tlet x = y;\n\t\tz", "```text\nlet x = y;\n    z\n```");
    check("Like this:\n    a();\n    b();\nEnd.", "Like this:\n```text\na();\nb();\n```\nEnd.");
}

#[test]
fn fences_have_no_language_and_are_closed() {
    check("```\nx < y\n```", "```text\nx < y\n```");
    check("```rust,no_run\nx[0]\n```\nEnd", "```text\nx[0]\n```\nEnd");
    check("~~~\n```\nassert!(false);\n```\n~~~", "````text\n```\nassert!(false);\n```\n````");
    check("a\n```\nb\n\nc", "a\n```text\nb\n\nc\n```");
    check("  ```\n  a\n    b\n  ```", "```text\na\n  b\n```");
    check("````\n```\n````", "````text\n```\n````");
    check("Run ```x``` now", "Run ```x``` now");
}

#[test]
fn lists_keep_their_levels() {
    check("- a\n- b\n  more\n  - c\n    - d\n- e", "- a\n- b\n  more\n  - c\n    - d\n- e");
    check(
        "1. one\n2. two\n   more\n\n   para\n3. three",
        "1. one\n2. two\n   more\n\n   para\n3. three",
    );
    check("Values:\n    * a\n    * b", "Values:\n* a\n* b");
    check("- a\n\n      code\n\nEnd", "- a\n\n  ```text\n  code\n  ```\n\nEnd");
    check("-     not code", "- not code");
    check("- ```\n  let x;\n  ```", "-\n  ```text\n  let x;\n  ```");
    check(
        "- > quoted\n- - nested\n- 1. one\n- # head",
        "- \\> quoted\n- \\- nested\n- 1\\. one\n- \\# head",
    );
    check("in the year\n2024. A good one", "in the year\n2024. A good one");
}

#[test]
fn brackets_and_backticks_mean_nothing_unless_they_match() {
    check("see [Foo] and a[0], [x][y]", "see \\[Foo\\] and a\\[0\\], \\[x\\]\\[y\\]");
    check("`[Foo]` and ``a`b``", "`[Foo]` and ``a`b``");
    check("it`s and `` too", "it\\`s and \\`\\` too");
    check("`over\ntwo` lines", "`over\ntwo` lines");
    check(
        "[the docs](https://example.org/a) and [here](../there)",
        "[the docs](https://example.org/a) and \\[here\\](../there)",
    );
    check("[x]: nowhere", "\\[x\\]: nowhere");
    check("\\[a-z\\] C:\\dir", "\\[a-z\\] C:\\dir");
    check("> quoted", "\\> quoted");
    check(">     code", "\\>     code");
}

#[test]
fn addresses_are_links() {
    check("See http://example.org/a_b?c=d.", "See <http://example.org/a_b?c=d>.");
    check("(https://example.org/)", "(<https://example.org/>)");
    check("<https://example.org/>", "<https://example.org/>");
    check("https:// is a scheme", "https:// is a scheme");
    check("`http://example.org`", "`http://example.org`");
}

#[test]
fn what_looks_like_html_is_shown_as_it_is() {
    check("a list<i32> of `list<i32>`", "a list\\<i32> of `list<i32>`");
    check("<script>alert(1)</script>", "\\<script>alert(1)\\</script>");
    check("<!-- x -->", "\\<!-- x -->");
    check("a < b <", "a \\< b \\<");
    check("<b>unclosed", "\\<b>unclosed");
}

#[test]
fn usual_tags_become_markdown() {
    check("One.<br/>\n<p>\nTwo.\n</p>", "One.\n\nTwo.");
    check("One.\n<p>Two.", "One.\n\nTwo.");
    check("<ul>\n<li>a</li>\n<li>b\n</ul>\nEnd", "- a\n- b\n\nEnd");
    check("<code>list&lt;i32&gt;</code> and <B>bold</B>", "`list<i32>` and **bold**");
    check("{@link Foo#bar} or {@code x} or {1, 2}", "`Foo#bar` or `x` or {1, 2}");
    check("<pre>\n  a\n    b\n</pre>\nEnd", "```text\na\n  b\n```\nEnd");
    check("<pre>a[0]</pre>", "```text\na[0]\n```");
    check("<a href=\"https://example.org/x\">here</a>", "[here](https://example.org/x)");
    check(
        "Adds.\n@param a the first\n@return the sum",
        "Adds.\n\n@param a the first\n\n@return the sum",
    );
}

#[test]
fn drawn_tables_are_text_in_a_fence() {
    check("+---+\n| a |\n+---+", "```text\n+---+\n| a |\n+---+\n```");
    check("| a | b |\n|---|---|\n| 1 | 2 |", "| a | b |\n|---|---|\n| 1 | 2 |");
    check("| a |\n|---|\n| `x|y` |", "```text\n| a |\n|---|\n| `x|y` |\n```");
}

#[test]
fn rules_are_no_headings() {
    check("Title\n-----\nText", "Title\n\n---\n\nText");
    check("* * *", "---");
}

#[test]
fn code_in_a_line_may_have_backticks() {
    assert_eq!(code_span("a"), "`a`");
    assert_eq!(code_span("a`b"), "``a`b``");
    assert_eq!(code_span("`"), "`` ` ``");
}

/// No text causes a panic, and all fences in the output are ours.
#[test]
fn no_text_makes_a_doctest() {
    let pieces = [
        "```",
        "~~~",
        "    code",
        "\tcode",
        "- ",
        "1. ",
        "> ",
        "<pre>",
        "</pre>",
        "<code>",
        "`",
        "[a]",
        "é",
        "",
        "text:",
        "  ",
        "|---|",
        "+--",
        "<p>",
        "<li>",
        "{@code",
        "}",
        "http://a.b",
        "\\",
        "***",
        "* ",
        "<",
        ">",
    ];
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize
    };
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..next() % 12 {
            text.push_str(pieces[next() % pieces.len()]);
            text.push_str(["", " ", "\n", "\n", "\n\n"][next() % 5]);
        }
        let mut open: Option<String> = None;
        for line in shown(&text).lines() {
            let bare = line.trim_start_matches(' ');
            match &open {
                Some(fence) if bare == fence => open = None,
                Some(_) => {}
                None if bare.starts_with("```") && !bare.trim_start_matches('`').contains('`') => {
                    let fence =
                        bare.strip_suffix("text").unwrap_or_else(|| panic!("{text:?}: {line:?}"));
                    open = Some(fence.to_owned());
                }
                None => assert!(!bare.starts_with("~~~") && !bare.starts_with('>'), "{text:?}"),
            }
        }
        assert!(open.is_none(), "{text:?}");
    }
}
