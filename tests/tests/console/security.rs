//! What other sites cannot do, and what the page never does with texts.

use super::*;

const JSON: (&str, &str) = ("content-type", "application/json");

/// Makes a call with these headers, and returns the status.
async fn called(headers: &[(&str, &str)]) -> u16 {
    let (mut console, seen) = local();
    let call = request("POST", "/call", headers, r#"{"method": "note"}"#);
    let status = ask(&mut console, call).await.status.as_u16();
    assert_eq!(seen.notes.load(Ordering::SeqCst), usize::from(status == 200), "{headers:?}");
    status
}

#[tokio::test]
async fn a_name_that_points_at_the_console_opens_nothing() {
    let (console, _) = local();
    for path in ["/", "/?console.js", "/idl.json", "/call"] {
        for host in ["evil.example", "evil.example:8080", "127.0.0.1.evil.example"] {
            let answer =
                ask(&mut console.clone(), request("GET", path, &[("host", host)], "")).await;
            assert_eq!(answer.status, 403, "{host}{path}");
        }
    }
    assert_eq!(called(&[JSON, ("host", "evil.example:8080")]).await, 403);
    // Its origin is then the same.
    let same = [
        JSON,
        ("host", "evil.example"),
        ("origin", "http://evil.example"),
        ("sec-fetch-site", "same-origin"),
    ];
    assert_eq!(called(&same).await, 403);
    // HTTP/2 has the host in the target.
    let mut request = get("http://evil.example/");
    request.headers_mut().clear();
    assert_eq!(ask(&mut console.clone(), request).await.status, 403);
    for host in ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "192.168.0.7"] {
        assert_eq!(called(&[JSON, ("host", host)]).await, 200, "{host}");
    }
}

#[tokio::test]
async fn a_name_that_is_allowed_opens_the_console() {
    let console = Console::of_service(&idl(), StoreServer::new(Handler::default()));
    let mut console = console.allow_host("console.internal");
    let host = |host| request("GET", "/", &[("host", host)], "");
    assert_eq!(ask(&mut console, host("console.internal:443")).await.status, 200);
    assert_eq!(ask(&mut console, host("other.internal")).await.status, 403);
}

#[tokio::test]
async fn a_page_of_another_origin_cannot_call() {
    let host = ("host", "127.0.0.1:8080");
    assert_eq!(called(&[JSON, host, ("origin", "http://127.0.0.1:8080")]).await, 200);
    for origin in ["http://evil.example", "null", "http://127.0.0.1:3000", "http://localhost:8080"]
    {
        assert_eq!(called(&[JSON, host, ("origin", origin)]).await, 403, "{origin}");
    }
    for site in ["cross-site", "same-site", "anything"] {
        assert_eq!(called(&[JSON, host, ("sec-fetch-site", site)]).await, 403, "{site}");
    }
    assert_eq!(called(&[JSON, host, ("sec-fetch-site", "same-origin")]).await, 200);
}

#[tokio::test]
async fn a_link_of_another_site_opens_the_page_and_reads_nothing() {
    let (mut console, _) = local();
    let foreign = [("sec-fetch-site", "cross-site")];
    assert_eq!(ask(&mut console, request("GET", "/", &foreign, "")).await.status, 200);
    assert_eq!(ask(&mut console, request("GET", "/idl.json", &foreign, "")).await.status, 403);
    let foreign = [("origin", "http://evil.example")];
    assert_eq!(ask(&mut console, request("GET", "/idl.json", &foreign, "")).await.status, 403);
}

#[tokio::test]
async fn what_a_form_of_another_site_can_send_is_no_call() {
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "text/plain; application/json",
        "",
    ] {
        assert_eq!(called(&[("content-type", content_type)]).await, 415, "{content_type}");
    }
    assert_eq!(called(&[]).await, 415);
    // What asks first is not told that it may.
    let (mut console, _) = local();
    let asked = [("origin", "http://evil.example"), ("access-control-request-method", "POST")];
    let answer = ask(&mut console, request("OPTIONS", "/call", &asked, "")).await;
    assert_eq!(answer.status, 403);
    assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control")));
}

#[tokio::test]
async fn every_answer_forbids_scripts_frames_and_guesses() {
    let (mut console, _) = local();
    let refused = request("GET", "/", &[("host", "evil.example")], "");
    for request in [
        get("/"),
        get("/?console.js"),
        get("/?console.css"),
        get("/?console.svg"),
        get("/idl.json"),
        get("/nothing"),
        post("{}"),
        post(r#"{"method": "get", "arguments": ["a"]}"#),
        refused,
    ] {
        let path = request.uri().to_string();
        let headers = ask(&mut console, request).await.headers;
        let policy = headers["content-security-policy"].to_str().expect("it is text");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(policy.split("; ").any(|one| one == part), "{path}: {policy}");
        }
        assert!(
            !policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"),
            "{policy}"
        );
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["x-frame-options"], "DENY", "{path}");
        assert_eq!(headers["cross-origin-resource-policy"], "same-origin", "{path}");
        assert_eq!(headers["cache-control"], "no-store", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
    }
}

#[tokio::test]
async fn the_page_has_no_inline_script_nothing_from_elsewhere_and_never_parses_html() {
    let (mut console, _) = local();
    let page = ask(&mut console, get("/")).await.text;
    let script = ask(&mut console, get("/?console.js")).await.text;
    let style = ask(&mut console, get("/?console.css")).await.text;
    assert!(
        page.matches("<script").count() == 1
            && page.contains("<script src=\"?console.js\" defer></script>")
    );
    assert!(
        !page.contains("<style")
            && !page.contains(" style=")
            && !page.contains(" on")
            && !page.contains("javascript:")
    );
    for text in [&page, &script, &style] {
        assert!(
            !text.contains("http:") && !text.contains("https:") && !text.contains("@import"),
            "something from elsewhere"
        );
    }
    assert!(!style.contains("url("), "something from elsewhere");
    for word in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "DOMParser",
        "srcdoc",
        "setHTML",
        "createContextualFragment",
        "javascript:",
        "import(",
    ] {
        assert!(!script.contains(word), "{word}");
    }
}

/// The IDL and answers may contain anything; the browser shows it in `browser::hostile_texts_are_shown_as_text`.
#[tokio::test]
async fn hostile_texts_are_json_and_nothing_else() {
    let (console, _) = local();
    let hostile = r#"</script><script>alert(1)</script>"#;
    let call = serde_json::json!({"method": "header", "arguments": [hostile], "headers": {hostile: hostile}});
    let answer = ask(&mut console.clone(), post(call.to_string())).await;
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(answer.json()["result"], hostile);
    let unknown = serde_json::json!({"method": hostile}).to_string();
    let answer = ask(&mut console.clone(), post(unknown)).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.headers["content-type"]),
        (400, &"application/json".parse().expect("a value"))
    );
    let answer = ask(&mut console.clone(), get("/%3Cscript%3E")).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.headers["content-type"]),
        (404, &"application/json".parse().expect("a value"))
    );
}
