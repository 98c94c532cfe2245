//! Where a console can be: in axum, or on a port of its own; and what its page is told of the IDL.

use axum::Router;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

#[tokio::test]
async fn it_is_nested_in_axum_with_and_without_a_slash() {
    let console = Console::of_service(&idl(), StoreServer::new(Handler::default()));
    let mut routes = Router::new().nest_service("/console", console);
    for page in ["/console", "/console/"] {
        let answer = ask(&mut routes, get(page)).await;
        assert!(
            answer.status == 200 && answer.text.starts_with("<!DOCTYPE html>"),
            "{}",
            answer.text
        );
        // The page names its files by the query, so that they are found from both addresses.
        for (file, content_type) in [
            ("console.js", "text/javascript; charset=utf-8"),
            ("console.css", "text/css; charset=utf-8"),
            ("console.svg", "image/svg+xml"),
        ] {
            assert!(answer.text.contains(&format!("\"?{file}\"")), "{file}");
            let file = ask(&mut routes, get(&format!("{page}?{file}"))).await;
            assert_eq!(
                (file.status.as_u16(), &file.headers["content-type"]),
                (200, &content_type.parse().expect("a value"))
            );
        }
    }
    assert_eq!(ask(&mut routes, get("/console/idl.json")).await.json()["title"], "");
    let mut call = post(r#"{"method": "ping"}"#);
    *call.uri_mut() = "/console/call".parse().expect("it is a path");
    assert_eq!(ask(&mut routes, call).await.status, 200);
    let answer = ask(&mut routes, get("/console/other.js")).await;
    assert_eq!(answer.error(), (404, "there is no `other.js`".to_owned()));
    for (method, path, text) in [
        ("POST", "/console", "POST is not for the page"),
        ("GET", "/console/call", "GET is not for call"),
        ("PUT", "/console/idl.json", "PUT is not for idl.json"),
    ] {
        let answer = ask(&mut routes, request(method, path, &[], "")).await;
        assert_eq!(answer.error(), (405, text.to_owned()));
        assert_eq!(answer.headers["allow"], "GET, POST");
    }
}

#[tokio::test]
async fn it_serves_on_a_port_of_its_own_until_it_is_told_to_end() {
    let console = Console::of_service(&idl(), StoreServer::new(Handler::default()));
    let console = console.bind("127.0.0.1:0").await.expect("port 0 is free");
    let address = console.local_addr().expect("it is bound");
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(console.serve_until(async { drop(ended.await) }));
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("it listens");
    for (request, status, part) in [
        (format!("GET / HTTP/1.1\r\nHost: {address}\r\n\r\n"), "200 OK", "<!DOCTYPE html>"),
        (
            format!(
                "POST /call HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: 18\r\n\r\n\
                 {{\"method\": \"ping\"}}"
            ),
            "200 OK",
            "\"result\":null",
        ),
        (
            format!("GET / HTTP/1.1\r\nHost: evil.example\r\nX: {address}\r\n\r\n"),
            "403 Forbidden",
            "evil.example",
        ),
    ] {
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut text = String::new();
        while !text.contains(part) {
            let mut bytes = [0; 4096];
            let length = stream.read(&mut bytes).await.expect("received");
            assert!(length > 0, "{text}");
            text.push_str(&String::from_utf8_lossy(&bytes[..length]));
        }
        assert!(text.contains(status), "{text}");
        // What is left of the page.
        stream = tokio::net::TcpStream::connect(address).await.expect("it listens");
    }
    end.send(()).expect("it serves");
    serving.await.expect("it ends");
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "it still listens");
}

#[tokio::test]
async fn the_page_is_told_of_services_methods_and_types_with_their_docs() {
    let console = Console::of_service(&idl(), StoreServer::new(Handler::default()));
    let mut console = console.title("Test").timeout(Duration::from_secs(7));
    let json = ask(&mut console, get("/idl.json")).await.json();
    assert_eq!((&json["title"], &json["timeout_ms"]), (&json!("Test"), &json!(7000)));
    let types = json["types"].as_array().expect("a list");
    let number = |name: &str| {
        let at = types.iter().position(|one| one["name"] == name);
        at.unwrap_or_else(|| panic!("{name} is not there"))
    };
    let depth = &types[number("Depth")];
    assert_eq!((&depth["kind"], &depth["doc"]), (&json!("enum"), &json!("How deep.")));
    assert_eq!(
        depth["values"],
        json!([{"name": "SHALLOW", "number": 1, "doc": "On the ground."}, {"name": "DEEP", "number": 7}])
    );
    // Two structs of one name are two types.
    let (own, shared) = (number("Color"), number("console_shared.Color"));
    assert_eq!(types[shared]["fields"][0]["default"], "\"red\"");
    let entry = &types[number("Entry")]["fields"];
    assert_eq!(
        entry[1],
        json!({"id": 2, "name": "content", "type": "binary", "optional": true, "doc": "Some bytes."})
    );
    assert_eq!(entry[2]["type"], json!(["map", number("Depth"), "i64"]));
    assert_eq!((&entry[4]["type"], &entry[5]["type"]), (&json!(["list", own]), &json!(shared)));
    assert_eq!(entry[5]["deprecated"], "use colors");

    let services = json["services"].as_array().expect("a list");
    let store = services.iter().find(|one| one["name"] == "Store").expect("it is there");
    assert_eq!(
        (&store["extends"], &store["doc"]),
        (&json!("console_shared.Base"), &json!("Keeps entries."))
    );
    let names: Vec<_> =
        store["methods"].as_array().expect("a list").iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["get", "put", "header", "wait", "fail", "panic", "note"]);
    let get = &store["methods"][0];
    assert_eq!(get["returns"], number("Entry"));
    assert_eq!(get["arguments"][1]["default"], "\"DEEP\"");
    assert_eq!(get["throws"][0]["type"], number("NotFound"));
    assert_eq!(
        (&store["methods"][1]["idempotent"], &store["methods"][6]["oneway"]),
        (&json!(true), &json!(true))
    );
}

/// Defaults that are constants of constants can be of any size.
#[tokio::test]
async fn large_defaults_are_not_sent_to_the_page() {
    let mut text = "const list<i64> A0 = [1, 2, 3, 4, 5, 6, 7, 8]\n".to_owned();
    let mut ty = "list<i64>".to_owned();
    for level in 1..6 {
        let inner = format!("A{}", level - 1);
        ty = format!("list<{ty}>");
        text.push_str(&format!("const {ty} A{level} = [{}]\n", [&*inner; 8].join(", ")));
    }
    text.push_str(&format!("struct Large {{ 1: {ty} numbers = A5, 2: list<i64> few = A0 }}"));
    let service = StoreServer::new(Handler::default());
    let answer = ask(&mut Console::of_service(&idl_of(&text), service), get("/idl.json")).await;
    let fields = &answer.json()["types"][0]["fields"];
    assert_eq!(
        (&fields[0]["default"], &fields[1]["default"]),
        (&json!(""), &json!("[1,2,3,4,5,6,7,8]"))
    );
}
