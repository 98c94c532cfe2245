//! What no editor should send.

use serde_json::{Value, json};

use super::client::Client;

#[test]
fn messages_that_are_none_are_answered_and_the_session_goes_on() {
    let mut client = Client::start("bad_json", &[]);
    for (body, code) in [("{", -32700), ("\u{0}", -32700), ("[]", -32600), ("3", -32600)] {
        client.body(body);
        let answer = client.answer(&Value::Null);
        assert_eq!(answer["error"]["code"], code, "{body}");
    }
    client.body(&"[".repeat(100_000));
    assert_eq!(client.answer(&Value::Null)["error"]["code"], -32700);
    client.body(r#"{"jsonrpc":"2.0","id":"a","method":"no/such"}"#);
    assert_eq!(client.answer(&json!("a"))["error"]["code"], -32601);
    client.body(r#"{"jsonrpc":"2.0","id":99,"method":"textDocument/hover","params":[1]}"#);
    assert_eq!(client.answer(&json!(99))["error"]["code"], -32602);
    client.notify("$/noSuch", json!({}));
    client.notify("textDocument/didOpen", json!({ "wrong": true }));
    client.notify("textDocument/didChange", Value::Null);
    client.body(r#"{"jsonrpc":"2.0","id":5,"result":null}"#);
    client.shut_down();
}

#[test]
fn a_header_without_a_length_ends_the_server_with_a_message() {
    let mut client = Client::start("bad_header", &[]);
    client.raw(b"Content-Length: ninety\r\n\r\n{}");
    assert_eq!(client.wait().code(), Some(2));
}

#[test]
fn the_life_cycle_is_kept() {
    let mut client = Client::uninitialized("life_cycle", &[]);
    let code = |answer: Result<Value, Value>| answer.unwrap_err()["code"].clone();
    assert_eq!(code(client.try_call("textDocument/hover", json!({}))), -32002);
    client.notify("textDocument/didOpen", json!({}));
    assert_eq!(code(client.try_call("initialize", json!({ "capabilities": 1 }))), -32602);
    client.initialize(&json!({}), &json!({ "includeDirs": [1, {}], "lints": "yes" }));
    assert_eq!(code(client.try_call("initialize", json!({ "capabilities": {} }))), -32600);
    client.call("shutdown", Value::Null);
    assert_eq!(code(client.try_call("shutdown", Value::Null)), -32600);
    assert_eq!(client.wait().code(), Some(0));
    // Gone without a word.
    assert_eq!(Client::start("gone", &[]).wait().code(), Some(1));
    let mut client = Client::start("exit", &[]);
    client.notify("exit", Value::Null);
    assert_eq!(client.wait().code(), Some(1));
}

#[test]
fn wrong_positions_and_uris_do_no_harm() {
    let text = "struct A { 1: \u{1F697}A a }\r\n";
    let mut client = Client::start("positions", &[]);
    client.open("a.thrift", text);
    client.published("a.thrift", 1);
    let uri = client.uri("a.thrift");
    let position = |line: u32, character: u32| json!({ "line": line, "character": character });
    let positions =
        [position(0, 0), position(0, 15), position(0, u32::MAX), position(u32::MAX, u32::MAX)];
    let methods = [
        "textDocument/definition",
        "textDocument/references",
        "textDocument/documentHighlight",
        "textDocument/hover",
        "textDocument/completion",
        "textDocument/prepareRename",
        "textDocument/rename",
        "textDocument/documentSymbol",
        "textDocument/formatting",
        "textDocument/codeAction",
        "textDocument/inlayHint",
    ];
    let uris = [
        uri.as_str(),
        "file:///no/such/file.thrift",
        "untitled:Untitled-1",
        "file:///a%FF%00b",
        "http://[::1]/x",
        "relative",
    ];
    for method in methods {
        for target in uris {
            for position in &positions {
                let params = json!({
                    "textDocument": { "uri": target },
                    "position": position,
                    "range": { "start": position, "end": { "line": 0, "character": 3 } },
                    "newName": "x",
                    "context": { "includeDeclaration": true, "diagnostics": [] },
                    "options": { "tabSize": 4, "insertSpaces": true },
                });
                let answer = client.try_call(method, params);
                let internal = answer.as_ref().is_err_and(|error| error["code"] == -32603);
                assert!(!internal, "{method} {target} {position}: {answer:?}");
                if target != uri {
                    assert_eq!(answer.unwrap_err()["code"], -32602, "{method} {target}");
                }
            }
        }
    }
    // Changes out of range, turned around, and of what is not open.
    for (start, end) in [((9, 9), (0, 0)), ((0, 999), (77, 0)), ((0, 15), (0, 16))] {
        let range = json!({ "start": position(start.0, start.1), "end": position(end.0, end.1) });
        client.change("a.thrift", 2, json!([{ "range": range, "text": "\u{1F697}" }]));
    }
    client.change("never_opened.thrift", 2, json!([{ "text": "" }]));
    let document = json!({ "uri": "file:///never_opened.thrift" });
    client.notify("textDocument/didClose", json!({ "textDocument": document }));
    client.change("a.thrift", 3, json!([{ "text": "struct A {}" }]));
    assert_eq!(client.diagnostics("a.thrift", 3), [""; 0]);
    client.shut_down();
}

#[test]
fn files_that_have_no_end_are_not_read() {
    let mut client = Client::start("devices", &[]);
    let text = "include \"/dev/zero\"\ninclude \".\"\nstruct A {}\n";
    client.open("a.thrift", text);
    let shown = client.diagnostics("a.thrift", 1);
    let missing = shown.iter().filter(|one| one.contains("missing-include")).count();
    assert_eq!(missing, 2, "{shown:?}");
    client.shut_down();
}

#[test]
fn documents_that_are_on_no_disk_are_checked() {
    let mut client = Client::start("untitled", &[]);
    let uri = "untitled:Untitled-1";
    let text = "struct A { 1: B b }\nstruct B {}\n";
    let document = json!({ "uri": uri, "languageId": "thrift", "version": 1, "text": text });
    client.notify("textDocument/didOpen", json!({ "textDocument": document }));
    let params =
        json!({ "textDocument": { "uri": uri }, "position": { "line": 0, "character": 14 } });
    let found = client.call("textDocument/definition", params);
    assert_eq!(found["uri"], uri);
    assert_eq!(found["range"]["start"], json!({ "line": 1, "character": 7 }));
    client.shut_down();
}
