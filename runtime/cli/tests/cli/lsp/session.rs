//! One session from `initialize` to `exit`, with every feature.

use serde_json::{Value, json};

use super::client::{Client, edited, position, range};

const SHARED: &str = "\
/** What a car looks like. */
enum Color {
    RED,
    /** Like \u{1F333} trees. */
    GREEN,
}
struct Named { 1: required string name }
service Base { void ping() }
exception Gone { 1: string why }
";

const MAIN: &str = "\
include \"lib/shared.thrift\"

const i32 MOST = 7

/** A car, with `wheels`. <script>alert(1)</script> */
struct Car {
    1: required shared.Color color = shared.Color.GREEN,
    2: i32 wheels = MOST,
    3: list<Car> towed,
} (rust.derive = \"Hash\")

/* \u{1F697} */ service Garage extends shared.Base {
    /** Takes a car out. */
    Car fetch(1: string name, i32 count) throws (1: shared.Gone gone) (idempotent),
}
";

fn client(name: &str) -> Client {
    let files = [("main.thrift", MAIN), ("lib/shared.thrift", SHARED)];
    let mut client = Client::uninitialized(name, &files);
    let capabilities = json!({
        "textDocument": {
            "completion": { "completionItem": { "snippetSupport": true } },
            "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
        },
        "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } },
    });
    let answer = client.initialize(&capabilities, &json!({ "lints": false }));
    assert_eq!(answer["capabilities"]["positionEncoding"], "utf-16");
    assert_eq!(answer["capabilities"]["textDocumentSync"]["change"], 2);
    assert_eq!(answer["serverInfo"]["name"], "thriftly");
    client
}

#[test]
fn a_session_has_all_features() {
    let mut client = client("session");
    let mut text = client.open_saved("main.thrift");
    let count = "13:34 missing-field-id: this argument has no id";
    assert_eq!(client.diagnostics("main.thrift", 1), [count]);
    let watched = client.notices.iter().any(|one| one["method"] == "client/registerCapability");
    assert!(watched, "{:?}", client.notices);

    // An edit that breaks the file, and one that mends it.
    client.edit("main.thrift", 2, &mut text, "i32 wheels", "i3 wheels");
    let broken = client.published("main.thrift", 2);
    let first = &broken["diagnostics"][0];
    assert_eq!(first["code"], "unknown-type");
    assert_eq!(first["severity"], 1);
    assert_eq!(first["range"]["start"], range(&text, "i3 wheels")["start"]);
    assert!(first["message"].as_str().unwrap().contains("did you mean `i32`?"), "{first}");
    let params = json!({
        "textDocument": { "uri": client.uri("main.thrift") },
        "range": first["range"],
        "context": { "diagnostics": [first] },
    });
    let actions = client.call("textDocument/codeAction", params);
    assert_eq!(actions[0]["title"], "Replace `i3` with `i32`");
    let edits = &actions[0]["edit"]["changes"][client.uri("main.thrift")];
    assert_eq!(edited(&text, edits), MAIN);
    client.edit("main.thrift", 3, &mut text, "i3 wheels", "i32 wheels");
    assert_eq!(client.diagnostics("main.thrift", 3), [count]);
    assert_eq!(text, MAIN);

    navigation(&mut client);
    hover(&mut client);
    symbols(&mut client);
    completion(&mut client);
    hints_and_format(&mut client);
    client.shut_down();
}

fn navigation(client: &mut Client) {
    let mut definition = |before: &str| {
        let place = client.place("main.thrift", MAIN, before);
        let found = client.call("textDocument/definition", place);
        if found.is_null() { "nothing".to_owned() } else { client.location(&found) }
    };
    assert_eq!(definition("required shared.Co"), "lib/shared.thrift:1:5");
    assert_eq!(definition("= shared.Color."), "lib/shared.thrift:4:4");
    assert_eq!(definition("required sha"), "lib/shared.thrift:0:0");
    assert_eq!(definition("include \"lib"), "lib/shared.thrift:0:0");
    assert_eq!(definition("wheels = MOST"), "main.thrift:2:10");
    assert_eq!(definition("extends shared.B"), "lib/shared.thrift:7:8");
    assert_eq!(definition("list<"), "main.thrift:5:7");
    assert_eq!(definition("\nstr"), "nothing");

    let mut params = client.place("main.thrift", MAIN, "required shared.");
    params["context"] = json!({ "includeDeclaration": true });
    let found = client.call("textDocument/references", params.clone());
    let found: Vec<_> = found.as_array().unwrap().iter().map(|one| client.location(one)).collect();
    assert_eq!(found, ["lib/shared.thrift:1:5", "main.thrift:6:23", "main.thrift:6:44"]);
    params["context"] = json!({ "includeDeclaration": false });
    assert_eq!(client.call("textDocument/references", params).as_array().unwrap().len(), 2);

    let place = client.place("main.thrift", MAIN, "struct ");
    let highlights = client.call("textDocument/documentHighlight", place);
    let kinds: Vec<_> = highlights.as_array().unwrap().iter().map(|one| &one["kind"]).collect();
    assert_eq!(kinds, [&json!(3), &json!(2), &json!(2)]);
}

fn hover(client: &mut Client) {
    let mut hover = |before: &str| {
        let place = client.place("main.thrift", MAIN, before);
        client.call("textDocument/hover", place)["contents"]["value"].as_str().map(str::to_owned)
    };
    let car = hover("list<").unwrap();
    assert!(car.contains("struct Car {\n    1: required shared.Color color"), "{car}");
    assert!(car.contains("A car, with `wheels`. \\<script>alert(1)\\</script>"), "{car}");
    let color = hover("= shared.Color.").unwrap();
    assert!(color.contains("shared.Color.GREEN = 1"), "{color}");
    assert!(color.contains("Like \u{1F333} trees."), "{color}");
    assert!(hover("i32 wh").unwrap().contains("// Car\n2: i32 wheels = 7"));
    let fetch = hover("Car fe").unwrap();
    assert!(fetch.contains("Car fetch(1: string name, -1: i32 count) throws"), "{fetch}");
    assert!(fetch.contains("Takes a car out."), "{fetch}");
    assert!(hover("const i32 M").unwrap().contains("const i32 MOST = 7"));
    assert!(hover("(idem").unwrap().contains("handled twice"));
    assert!(hover("} (rust.d").unwrap().contains("Traits to derive"));
    assert_eq!(hover("2: i3"), None);
}

fn symbols(client: &mut Client) {
    let uri = client.uri("main.thrift");
    let tree =
        client.call("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } }));
    let names = |list: &Value| -> Vec<String> {
        let list = list.as_array().map_or(&[][..], Vec::as_slice);
        list.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&tree), ["MOST", "Car", "Garage"]);
    assert_eq!(names(&tree[1]["children"]), ["color", "wheels", "towed"]);
    assert_eq!(names(&tree[2]["children"]), ["fetch"]);
    assert_eq!(tree[2]["selectionRange"], range(MAIN, "Garage"));

    let mut found = |query: &str| {
        let list = client.call("workspace/symbol", json!({ "query": query }));
        let list = list.as_array().unwrap();
        list.iter()
            .map(|one| {
                let name = one["name"].as_str().unwrap();
                format!("{name} {}", client.location(&one["location"]))
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(found("green"), ["GREEN lib/shared.thrift:4:4"]);
    assert_eq!(found("gge"), ["Garage main.thrift:11:17"]);
    assert_eq!(found("xyz"), [""; 0]);
}

fn completion(client: &mut Client) {
    let mut version = 10;
    // The labels that are offered at the end of a text that is put in the place of another.
    let mut labels = |client: &mut Client, old: &str, new: &str| {
        version += 1;
        let at = MAIN.find(old).unwrap();
        let text = MAIN.replacen(old, new, 1);
        client.change("main.thrift", version, json!([{ "text": text }]));
        let params = json!({
            "textDocument": { "uri": client.uri("main.thrift") },
            "position": position(&text, at + new.len()),
        });
        let items = client.call("textDocument/completion", params);
        let mut items = items.as_array().unwrap().clone();
        items.sort_by_key(|item| item["sortText"].as_str().unwrap().to_owned());
        // What is chosen replaces the word.
        for item in &items {
            let range = &item["textEdit"]["range"];
            assert_eq!(range["end"], position(&text, at + new.len()), "{item}");
        }
        items.iter().map(|one| one["label"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let has = |labels: &[String], wanted: &[&str]| {
        for word in wanted {
            assert!(labels.iter().any(|label| label == word), "{word} in {labels:?}");
        }
    };
    let types = labels(client, "2: i32 wheels = MOST", "2: optional C");
    has(&types, &["Car", "shared.Color", "shared.Named", "string", "list", "uuid"]);
    assert!(!types.iter().any(|label| ["MOST", "Garage", "optional"].contains(&label.as_str())));
    has(&labels(client, "2: i32 wheels = MOST", "2: "), &["optional", "required", "i64"]);
    let values = labels(client, "color = shared.Color.GREEN", "color = shared.");
    assert_eq!(values[..2], ["shared.Color.GREEN", "shared.Color.RED"]);
    assert_eq!(labels(client, "wheels = MOST", "wheels = ")[0], "MOST");
    let keywords = labels(client, "const i32 MOST = 7", "st");
    has(&keywords, &["struct", "include", "service", "const"]);
    let annotations = labels(client, "(idempotent)", "(");
    has(&annotations, &["idempotent", "rust.name", "rust.type", "deprecated"]);
    assert!(!annotations.contains(&"message".to_owned()));
    assert_eq!(labels(client, "lib/shared.thrift\"", "li"), ["lib/shared.thrift"]);
    let services = labels(client, "shared.Base", "");
    has(&services, &["shared.Base"]);
    assert!(!services.contains(&"Car".to_owned()));
    let thrown = labels(client, "1: shared.Gone gone", "1: ");
    has(&thrown, &["shared.Gone"]);
    assert!(!thrown.contains(&"Car".to_owned()));
    let keys = labels(client, "const i32 MOST = 7", "const Car X = {");
    has(&keys, &["color", "wheels", "towed"]);
    assert_eq!(labels(client, "/** Takes a", "/** Takes "), [""; 0]);
    // A definition that cannot be parsed now is still known.
    has(&labels(client, "struct Car {", "struct Car { 9: i32 x = C"), &["MOST"]);
    client.change("main.thrift", 100, json!([{ "text": MAIN }]));
    assert_eq!(client.diagnostics("main.thrift", 100).len(), 1);
}

fn hints_and_format(client: &mut Client) {
    let document = json!({ "uri": client.uri("main.thrift") });
    let whole = json!({
        "start": { "line": 0, "character": 0 }, "end": { "line": 1000, "character": 0 },
    });
    let params = json!({ "textDocument": document, "range": whole });
    let hints = client.call("textDocument/inlayHint", params);
    assert_eq!(hints.as_array().unwrap().len(), 1);
    assert_eq!(hints[0]["label"], "-1:");
    assert_eq!(hints[0]["position"], range(MAIN, "i32 count")["start"]);
    let accepted = edited(MAIN, &hints[0]["textEdits"]);
    assert!(accepted.contains("1: string name, -1: i32 count"), "{accepted}");

    let options = json!({ "tabSize": 4, "insertSpaces": true });
    let params = json!({ "textDocument": document, "options": options });
    let edits = client.call("textDocument/formatting", params.clone());
    let formatted = edited(MAIN, &edits);
    assert!(formatted.contains("}\n\nservice Garage") || formatted.contains("service Garage"));
    client.change("main.thrift", 101, json!([{ "text": formatted }]));
    assert_eq!(client.call("textDocument/formatting", params.clone()), json!([]));
    // A file with syntax errors stays as it is.
    client.change("main.thrift", 102, json!([{ "text": "struct {" }]));
    assert_eq!(client.call("textDocument/formatting", params), json!([]));
}

#[test]
fn clients_that_count_bytes_get_bytes() {
    let text = "const string A = \"\u{e9}\u{1F697}\" const strin B = A\n";
    let mut client = Client::uninitialized("utf8", &[]);
    let capabilities = json!({ "general": { "positionEncodings": ["utf-16", "utf-8"] } });
    let answer = client.initialize(&capabilities, &json!(null));
    assert_eq!(answer["capabilities"]["positionEncoding"], "utf-8");
    client.open("a.thrift", text);
    let at = text.find("strin B").unwrap();
    let shown = client.published("a.thrift", 1);
    let start = &shown["diagnostics"][0]["range"]["start"];
    assert_eq!(start, &json!({ "line": 0, "character": at }));
    let range = json!({
        "start": { "line": 0, "character": at }, "end": { "line": 0, "character": at + 5 },
    });
    client.change("a.thrift", 2, json!([{ "range": range, "text": "string" }]));
    assert_eq!(client.diagnostics("a.thrift", 2), [""; 0]);
    client.shut_down();
}
