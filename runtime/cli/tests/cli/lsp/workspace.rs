//! Several files: includes, renaming, files that are not open, files outside.

use std::fs;

use serde_json::{Value, json};

use super::client::{Client, edited, range};

const USER: &str = "include \"shared.thrift\"\nstruct User { 1: shared.Id id, 2: shared.Kind kind = shared.Kind.NEW }\n";
const SHARED: &str = "typedef i64 Id\nenum Kind { NEW, OLD }\n";
const OTHER: &str = "include \"../shared.thrift\"\nconst list<shared.Kind> KINDS = [NEW, shared.Kind.OLD]\nstruct Taken { 1: i32 a, 2: i32 b }\n";

fn client(name: &str) -> Client {
    let files = [("user.thrift", USER), ("shared.thrift", SHARED), ("deep/other.thrift", OTHER)];
    Client::start(name, &files)
}

fn rename(
    client: &mut Client,
    file: &str,
    text: &str,
    before: &str,
    new: &str,
) -> Result<Value, String> {
    let mut params = client.place(file, text, before);
    let prepared = client.try_call("textDocument/prepareRename", params.clone());
    params["newName"] = json!(new);
    let renamed = client.try_call("textDocument/rename", params);
    if prepared.is_err() {
        assert!(renamed.is_err());
    }
    renamed.map_err(|error| {
        assert_eq!(error["code"], -32803);
        error["message"].as_str().unwrap().to_owned()
    })
}

#[test]
fn open_buffers_are_seen_through_includes() {
    let mut client = client("buffers");
    client.open("user.thrift", USER);
    assert_eq!(client.diagnostics("user.thrift", 1), [""; 0]);
    // The file on the disk still has it.
    let mut text = SHARED.to_owned();
    client.open("shared.thrift", SHARED);
    assert_eq!(client.diagnostics("shared.thrift", 1), [""; 0]);
    client.published("user.thrift", 1);
    client.edit("shared.thrift", 2, &mut text, "Id", "Ident");
    assert_eq!(client.diagnostics("shared.thrift", 2), [""; 0]);
    assert_eq!(
        client.diagnostics("user.thrift", 1),
        ["1:17 unknown-type: unknown type `shared.Id`"]
    );
    client.edit("shared.thrift", 3, &mut text, "typedef", "typdef");
    assert_eq!(client.diagnostics("shared.thrift", 3).len(), 1);
    assert_eq!(
        client.diagnostics("user.thrift", 1)[..1],
        [format!(
            "0:8 unexpected-token: there is an error in {}",
            client.folder.join("shared.thrift").display()
        )]
    );
    // Closed, the disk counts again.
    let document = json!({ "uri": client.uri("shared.thrift") });
    client.notify("textDocument/didClose", json!({ "textDocument": document }));
    assert_eq!(client.diagnostics("user.thrift", 1), [""; 0]);
    // And a change of the disk.
    fs::write(client.folder.join("shared.thrift"), "typedef i64 Id").unwrap();
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [] }));
    assert_eq!(
        client.diagnostics("user.thrift", 1),
        ["1:34 unknown-type: unknown type `shared.Kind`"]
    );
    client.shut_down();
}

#[test]
fn an_include_that_appears_is_found() {
    let mut client = Client::start("appears", &[]);
    client.open("a.thrift", "include \"b.thrift\"\nstruct A { 1: b.B b }\n");
    assert_eq!(
        client.diagnostics("a.thrift", 1),
        ["0:8 missing-include: cannot find the included file `b.thrift`"]
    );
    // It is not on the disk, only open.
    client.open("b.thrift", "struct B {}\n");
    assert_eq!(client.diagnostics("b.thrift", 1), [""; 0]);
    assert_eq!(client.diagnostics("a.thrift", 1), [""; 0]);
    let place = client.place("a.thrift", "include \"b.thrift\"\nstruct A { 1: b.B b }\n", "b.");
    let found = client.call("textDocument/definition", place);
    assert_eq!(client.location(&found), "b.thrift:0:0");
    client.shut_down();
}

#[test]
fn renaming_changes_every_file_of_the_workspace() {
    let mut client = client("rename");
    client.open("user.thrift", USER);
    let edit = rename(&mut client, "user.thrift", USER, "= shared.Kind.N", "FRESH").unwrap();
    let changes = |file: &str| &edit["changes"][client.uri(file)];
    let shared = edited(SHARED, changes("shared.thrift"));
    assert_eq!(shared, SHARED.replace("NEW", "FRESH"));
    assert_eq!(edited(USER, changes("user.thrift")), USER.replace("NEW", "FRESH"));
    assert_eq!(edited(OTHER, changes("deep/other.thrift")), OTHER.replace("NEW", "FRESH"));

    let edit = rename(&mut client, "user.thrift", USER, "shared.K", "Sort").unwrap();
    let changes = |file: &str| &edit["changes"][client.uri(file)];
    assert_eq!(edited(SHARED, changes("shared.thrift")), SHARED.replace("Kind", "Sort"));
    assert_eq!(edited(USER, changes("user.thrift")), USER.replace("Kind", "Sort"));
    let other = edited(OTHER, changes("deep/other.thrift"));
    assert_eq!(other, OTHER.replace("Kind", "Sort"));

    let edit = rename(&mut client, "user.thrift", USER, "shared.Id i", "number").unwrap();
    assert_eq!(
        edited(USER, &edit["changes"][client.uri("user.thrift")]),
        USER.replace("Id id", "Id number")
    );
    client.shut_down();
}

#[test]
fn the_annotation_that_names_a_field_is_renamed_with_it() {
    let mut client = client("annotation");
    let text = "exception Gone { 1: string why, 2: i32 code } (message = \"why\")\n";
    client.open("gone.thrift", text);
    let edit = rename(&mut client, "gone.thrift", text, "string w", "reason").unwrap();
    let uri = client.uri("gone.thrift");
    assert_eq!(edited(text, &edit["changes"][&uri]), text.replace("why", "reason"));
    let edit = rename(&mut client, "gone.thrift", text, "i32 c", "number").unwrap();
    assert_eq!(edited(text, &edit["changes"][&uri]), text.replace("code", "number"));
    client.shut_down();
}

#[test]
fn renaming_is_refused_where_it_would_break_something() {
    let mut client = client("refused");
    client.open("shared.thrift", SHARED);
    let mut refused = |before: &str, new: &str| {
        rename(&mut client, "shared.thrift", SHARED, before, new).unwrap_err()
    };
    assert_eq!(
        refused("i64 I", "Kind"),
        "the new name is an error: the type `Kind` is defined twice"
    );
    assert_eq!(refused("{ N", "OLD"), "the new name is an error: two values are named `OLD`");
    assert_eq!(refused("i64 I", "struct"), "`struct` is a word of the language");
    assert_eq!(refused("i64 I", "a.b"), "\"a.b\" is not a name: names are letters, digits and `_`");
    assert_eq!(refused("typ", "Type"), "there is no name here that can be renamed");
    // A constant of this name would be meant by the value that has no prefix.
    client.open("deep/other.thrift", OTHER);
    assert_eq!(
        rename(&mut client, "deep/other.thrift", OTHER, "> K", "NEW").unwrap_err(),
        "the new name is an error: the value of the constant `NEW` depends on itself"
    );
    assert_eq!(
        rename(&mut client, "deep/other.thrift", OTHER, "../sh", "x").unwrap_err(),
        "a file cannot be renamed here: rename it on the disk"
    );
    // A file that cannot be parsed may have a use of the name.
    client.change("deep/other.thrift", 2, json!([{ "text": format!("{OTHER} struct {{") }]));
    let reason = rename(&mut client, "shared.thrift", SHARED, "i64 I", "Ident").unwrap_err();
    assert!(reason.ends_with("has errors, which may hide a use of the name"), "{reason}");
    client.shut_down();
}

#[test]
fn files_outside_of_the_workspace_are_read_but_not_changed() {
    let outside = Client::start("outside", &[("shared.thrift", SHARED)]);
    let user = USER.replace("shared.thrift", "../outside/shared.thrift");
    let mut client = Client::start("inside", &[("user.thrift", &user)]);
    client.open("user.thrift", &user);
    assert_eq!(client.diagnostics("user.thrift", 1), [""; 0]);
    let place = client.place("user.thrift", &user, "1: shared.");
    let found = client.call("textDocument/definition", place);
    assert_eq!(found["uri"], outside.uri("shared.thrift"));
    let reason = rename(&mut client, "user.thrift", &user, "1: shared.", "Ident").unwrap_err();
    assert!(reason.ends_with("is outside of the workspace"), "{reason}");
    client.shut_down();
}

#[test]
fn unused_includes_go_with_their_line_and_missing_ones_are_proposed() {
    let mut client = client("includes");
    let text = "include \"shared.thrift\"\nstruct A { 1: other.Taken t }\n";
    client.open("a.thrift", text);
    let shown = client.published("a.thrift", 1);
    assert_eq!(shown["diagnostics"][0]["tags"], json!([1]), "{shown}");
    assert_eq!(shown["diagnostics"][0]["severity"], 4);
    let mut actions = |part: &str| {
        let params = json!({
            "textDocument": { "uri": client.uri("a.thrift") },
            "range": range(text, part),
            "context": { "diagnostics": [] },
        });
        let actions = client.call("textDocument/codeAction", params);
        let uri = client.uri("a.thrift");
        let actions = actions.as_array().unwrap().iter().map(|one| {
            let new = edited(text, &one["edit"]["changes"][&uri]);
            (one["title"].as_str().unwrap().to_owned(), new)
        });
        actions.collect::<Vec<_>>()
    };
    assert_eq!(
        actions("shared"),
        [(
            "Remove `include \"shared.thrift\"`".to_owned(),
            "struct A { 1: other.Taken t }\n".to_owned()
        )]
    );
    assert_eq!(
        actions("other"),
        [(
            "Include \"deep/other.thrift\"".to_owned(),
            text.replacen('\n', "\ninclude \"deep/other.thrift\"\n", 1)
        )]
    );
    assert_eq!(actions("struct"), []);
    client.shut_down();
}
