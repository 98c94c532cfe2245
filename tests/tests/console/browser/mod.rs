//! The page in Chromium: see "The console in a browser" in `tests/README.md`.

mod driver;

use std::fmt::Write as _;
use std::thread::JoinHandle;

use driver::{Browser, CONTROL, DOWN, ENTER, ESCAPE};
use thriftly::dynamic::{Client, Handlers};
use thriftly::{Channel, ClientBuilder};

use super::*;

/// Serves a console on a thread of its own, and returns its address.
fn serve(serving: impl AsyncFnOnce() -> String + Send + 'static) -> String {
    let (sender, receiver) = std::sync::mpsc::channel();
    let _: JoinHandle<()> = std::thread::spawn(move || {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            sender.send(serving().await).expect("somebody waits");
            std::future::pending::<()>().await;
        });
    });
    receiver.recv().expect("it is served")
}

/// The console of the store.
fn store() -> String {
    serve(async || {
        let console =
            Console::of_service(&idl(), StoreServer::new(Handler::default())).title("The store");
        let console = console.bind("127.0.0.1:0").await.expect("port 0 is free");
        let url = format!("http://{}/", console.local_addr().expect("it is bound"));
        tokio::spawn(console.serve());
        url
    })
}

fn answered(browser: &Browser) -> (String, String) {
    browser.wait("document.querySelector('.answer .badge')");
    let body = browser.value("(document.querySelector('.answer pre, .answer .failure') || {textContent: ''}).textContent");
    (browser.text(".answer .badge"), body.as_str().unwrap_or_default().trim().to_owned())
}

#[test]
#[ignore = "takes Chromium, which only root installs"]
fn a_form_sends_nested_structs_lists_maps_unions_and_enums() {
    let browser = Browser::start(1400, 1000);
    browser.open(&format!("{}#Store.put", store()));
    let click = |name: &str| browser.named(name).click();
    browser.named("key").keys("two\nlines");
    browser.named("content").keys("68 69");
    browser.named("Encoding of the bytes").keys("hex");
    click("Send sizes");
    click("Add entry");
    browser.named("Key").keys("DEEP");
    browser.named("Value").keys("9007199254740993");
    browser.named("ratio").keys("2.50");
    click("Send colors");
    click("Add Color");
    browser.named("number").keys("-7");
    click("Send choice");
    browser.find("[aria-labelledby] > select, .field .group > select").keys("number");
    browser.find("input[aria-label=number]").keys("12");
    browser.named("flag").keys("false");
    browser.picture("form");
    browser.press(&format!("{CONTROL}{ENTER}"));
    let (badge, body) = answered(&browser);
    browser.picture("result");
    let expected = r#"{
  "key": "two\nlines",
  "content": "aGk=",
  "sizes": {
    "DEEP": 9007199254740993
  },
  "ratio": 2.5,
  "colors": [
    {
      "number": -7
    }
  ],
  "names": [],
  "choice": {
    "number": 12
  },
  "flag": false
}"#;
    assert_eq!((&*badge, &*body), ("result", expected));
    // As JSON it is the same, and the form takes it back.
    click("JSON");
    assert_eq!(
        browser.value("document.querySelector('textarea.json').value.includes('\"ratio\": 2.50')"),
        true
    );
    click("Form");
    click("Send");
    browser.wait("document.querySelectorAll('.history li').length === 1");
    assert_eq!(answered(&browser), (badge, body));
    assert_eq!(browser.complaints(), Vec::<Json>::new());
}

#[test]
#[ignore = "takes Chromium, which only root installs"]
fn exceptions_errors_void_and_oneway_are_told_apart() {
    let browser = Browser::start(1400, 900);
    let url = store();
    for (call, badge, body) in [
        ("Store.get?arguments=[\"missing\"]", "NotFound", "{\n  \"key\": \"missing\"\n}"),
        ("Store.fail", "INTERNAL_ERROR (6)", "internal error"),
        ("Store.wait?timeout=50", "timeout", "Store.wait: no answer within 50ms"),
        ("Store.ping", "result", ""),
        ("Store.note", "sent", ""),
    ] {
        browser.open(&format!("{url}#{call}"));
        browser.named("Send").click();
        let (found, text) = answered(&browser);
        browser.picture(&format!("answer-{}", badge.to_lowercase()));
        assert!(found == badge && text.contains(body), "{call}: {found} {text}");
    }
    assert_eq!(browser.text(".history li:first-child .method"), "Store.note");
    assert_eq!(browser.value("document.querySelectorAll('.history .dot.exception').length"), 1);
    assert_eq!(browser.value("document.querySelectorAll('.history .dot.error').length"), 2);
}

#[test]
#[ignore = "takes Chromium, which only root installs"]
fn mistakes_are_shown_where_they_are() {
    let browser = Browser::start(1400, 900);
    browser.open(&format!("{}#Store.put", store()));
    browser.named("Send ratio").click();
    browser.named("Send").click();
    assert!(
        browser
            .text(".request > .problem")
            .contains("put.entry.ratio: expected double, found null")
    );
    browser.named("ratio").keys("much");
    browser.named("Send").click();
    let shown =
        "[...document.querySelectorAll('.scalar .problem')].map((one) => one.textContent).join('')";
    assert_eq!(browser.value(shown), "expected double, found string \"much\"");
    assert_eq!(browser.value("document.activeElement.getAttribute('aria-invalid')"), "true");
    browser.picture("mistake-form");

    browser.open(&format!(
        "{}#Store.put?arguments={}",
        store(),
        "{\"entry\":{\"colors\":[{\"number\":1},{\"number\":\"2\"}],\"kye\":1}}"
    ));
    let errors = "[...document.querySelectorAll('.errors li')].map((one) => one.textContent)";
    assert_eq!(
        browser.value(errors),
        serde_json::json!([
            "1:44 put.entry.colors[1].number: expected i32, found string \"2\"",
            "1:50 put.entry: `Entry` has no field `kye`; did you mean `key`?",
            "1:10 put.entry.key: the required field is missing",
        ])
    );
    let marked =
        "[...document.querySelectorAll('.mistake')].map((one) => one.textContent).join(' ')";
    assert_eq!(browser.value(marked), "{ \"2\" \"kye\"");
    browser.picture("mistake-json");
    browser.named("Form").click();
    assert!(browser.text(".request > .problem").contains("does not fit"));
    // What is no JSON is told while it is written.
    browser.find("textarea.json").clear();
    browser.find("textarea.json").keys("{\"entry\": }");
    browser.wait(
        "document.querySelector('.errors li').textContent === '1:11 expected a value, found \"}\"'",
    );
}

#[test]
#[ignore = "takes Chromium, which only root installs"]
fn json_is_completed_from_the_idl() {
    let browser = Browser::start(1400, 900);
    browser.open(&format!("{}#Store.put", store()));
    browser.named("JSON").click();
    let area = browser.find("textarea.json");
    area.clear();
    area.keys(&format!("{{{CONTROL} {CONTROL}"));
    let choices = "[...document.querySelectorAll('.choices:not([hidden]) li span')].map((one) => one.textContent)";
    assert_eq!(browser.value(choices), serde_json::json!(["entry"]));
    browser.press(&format!("{ENTER}{{\"si"));
    assert_eq!(browser.value(choices), serde_json::json!(["sizes"]));
    browser.picture("completion");
    browser.press(&format!("{ENTER}{{\""));
    assert_eq!(browser.value(choices), serde_json::json!(["SHALLOW", "DEEP"]));
    browser.press(&format!("{DOWN}{ENTER}1}},\"flag\":{CONTROL} {CONTROL}"));
    assert_eq!(browser.value(choices), serde_json::json!(["true", "false"]));
    browser.press(&format!("{ESCAPE}true,\"key\":\"a\"}}}}"));
    let text = browser.value("document.querySelector('textarea.json').value");
    assert_eq!(text, r#"{"entry": {"sizes": {"DEEP": 1},"flag":true,"key":"a"}}"#);
    browser.press(&format!("{CONTROL}{ENTER}"));
    assert_eq!(answered(&browser).0, "result");
}

#[test]
#[ignore = "takes Chromium, which only root installs"]
fn a_link_fills_in_a_call_and_never_makes_it() {
    let browser = Browser::start(1400, 900);
    let url = store();
    let link = "#Store.header?arguments=%7B%22name%22%3A%22tenant%22%7D&headers=%5B%5B%22tenant%22%2C%22acme%22%5D%5D&timeout=2500";
    browser.open(&format!("{url}{link}"));
    assert_eq!(browser.value("document.querySelector('textarea.text').value"), "tenant");
    assert_eq!(browser.value("document.querySelector('.deadline input').value"), "2.5");
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(browser.text(".answer .hint"), "Nothing has been sent yet.");
    browser.named("Send").click();
    assert_eq!(answered(&browser), ("result".to_owned(), "\"acme\"".to_owned()));
    assert_eq!(browser.text(".answer dl"), "echoacme");
    // The history outlives the page, and leads back to the call.
    browser.open(&format!("{url}#Store.ping"));
    browser.find(".history a").click();
    browser.wait("document.querySelector('textarea.text')");
    assert_eq!(browser.value("document.querySelector('textarea.text').value"), "tenant");
    assert_eq!(
        browser.value("document.querySelector('[aria-label=\"Header value\"]').value"),
        "acme"
    );
    browser.named("Clear").click();
    browser.open(&url);
    assert_eq!(browser.value("localStorage.getItem('thrift-console-history')"), "[]");
}

#[test]
#[ignore = "takes Chromium, which only root installs"]
fn hostile_texts_are_shown_as_text() {
    const HOSTILE: &str = r#"</script><script>window.hacked=1</script><img src=x onerror="window.hacked=1">" onload="window.hacked=1"#;
    let url = serve(async || {
        let text = format!(
            "/** {HOSTILE} */ struct Box {{ /** {HOSTILE} */ 1: string text = '{HOSTILE}' }}
             /** {HOSTILE} */ exception Bad {{ 1: string text }}
             /** {HOSTILE} */ service Evil {{
                 /** {HOSTILE} */ Box get(/** {HOSTILE} */ 1: Box box) throws (1: Bad bad) (deprecated = '{HOSTILE}'),
                 void fail(),
             }}"
        );
        let idl = idl_of(&text);
        let evil = Handlers::new(idl.service("Evil").expect("it is there"))
            .on("get", async |call| match call["box"]["text"].as_str() {
                Some("bad") => Err(call.exception("Bad", [("text", HOSTILE)])),
                _ => Ok(call["box"].clone()),
            })
            .and_then(|evil| {
                evil.on("fail", async |_| Err::<(), _>(thriftly::Error::internal(HOSTILE).into()))
            });
        let console = Console::of_service(&idl, evil.expect("it has them")).title(HOSTILE);
        let console = console.bind("127.0.0.1:0").await.expect("port 0 is free");
        let url = format!("http://{}/", console.local_addr().expect("it is bound"));
        tokio::spawn(console.serve());
        url
    });
    let browser = Browser::start(1400, 1000);
    browser.open(&url);
    let shows = |what: &str| {
        let text = browser.value("document.body.textContent + [...document.querySelectorAll('textarea')].map((one) => one.value)");
        assert!(
            text.as_str().is_some_and(
                |text| text.contains(HOSTILE) || text.contains(&HOSTILE.replace('"', "\\\""))
            ),
            "{what}"
        );
    };
    shows("the overview");
    let boxed = serde_json::json!({"box": {"text": HOSTILE}}).to_string();
    for (arguments, badge) in [(&*boxed, "result"), (r#"{"box":{"text":"bad"}}"#, "Bad")] {
        let arguments = browser.value(&format!("encodeURIComponent({arguments:?})"));
        browser
            .open(&format!("{url}#Evil.get?arguments={}", arguments.as_str().expect("it is text")));
        browser.named("Send").click();
        assert_eq!(answered(&browser).0, badge);
        shows(badge);
        browser.picture(&format!("hostile-{badge}"));
        browser.named("JSON").click();
        shows("the editor");
    }
    browser.open(&format!("{url}#Evil.fail"));
    browser.named("Send").click();
    assert!(answered(&browser).1.contains(HOSTILE));
    browser.open(&format!("{url}#type/Box"));
    shows("a type");
    browser.open(&format!("{url}#%3Cimg%20src=x%20onerror=%22window.hacked=1%22%3E"));
    shows("the page of what there is not");
    // Nothing ran, nothing was loaded or blocked, and there are no elements that the page did not make.
    assert_eq!(browser.value("window.hacked || null"), Json::Null);
    assert_eq!(browser.value("document.images.length + document.scripts.length"), 1);
    // The browser notes the status of the call that failed.
    let complaints = browser.complaints().into_iter();
    let other = complaints
        .filter(|one| !one["message"].as_str().is_some_and(|text| text.contains("/call - ")));
    assert_eq!(other.collect::<Vec<_>>(), Vec::<Json>::new());
}

#[test]
#[ignore = "takes Chromium, which only root installs"]
fn keys_search_methods_and_types() {
    let browser = Browser::start(1400, 900);
    browser.open(&store());
    browser.press("/");
    browser.press("EA");
    assert_eq!(browser.text("#found"), "1 methods and 0 types found");
    browser.press(&format!("{DOWN}{ENTER}"));
    browser.wait("document.querySelector('h2')");
    assert_eq!(browser.value("location.hash"), "#Store.header");
    assert_eq!(browser.text("nav [aria-current]"), "Store.header");
    browser.open(&format!("{}#type/Entry", store()));
    assert!(browser.text("main").contains("map<Depth, i64>"));
    browser.picture("type");
}

#[test]
#[ignore = "takes Chromium, which only root installs"]
fn it_is_dark_light_narrow_and_labelled() {
    let browser = Browser::start(1400, 1000);
    let url = format!(
        "{}#Store.put?arguments={}",
        store(),
        r#"{"entry":{"key":"a","colors":[{"number":1}],"names":[[{"number":2},"two"]],"choice":{"number":3},"shared":{}}}"#
    );
    browser.open(&url);
    browser.named("Send").click();
    answered(&browser);
    let ground = || browser.value("getComputedStyle(document.body).backgroundColor");
    let light = ground();
    browser.picture("light");
    for _ in 0..2 {
        browser.find("#theme").click();
    }
    assert_ne!(ground(), light);
    browser.picture("dark");
    browser.open(&url);
    assert_ne!(ground(), light, "the theme is forgotten");

    // Everything that takes input says what for.
    let nameless = "[...document.querySelectorAll('button, input, select, textarea, a')].filter((one) => \
        !(one.textContent.trim() && !one.matches('select, textarea')) && !one.getAttribute('aria-label') \
        && !(one.labels && one.labels.length > 0) && one.type !== 'file').map((one) => one.outerHTML)";
    assert_eq!(browser.value(nameless), serde_json::json!([]));

    browser.resize(500, 900);
    let overflow = "document.documentElement.scrollWidth > innerWidth || \
        document.querySelector('main').scrollWidth > document.querySelector('main').clientWidth";
    assert_eq!(browser.value(overflow), false);
    assert_eq!(browser.value("getComputedStyle(document.querySelector('nav')).display"), "none");
    browser.picture("phone");
    browser.find("#menu").click();
    assert_eq!(browser.value("getComputedStyle(document.querySelector('nav')).display"), "block");
    browser.picture("phone-menu");
    browser.press(ESCAPE);
    browser.named("JSON").click();
    browser.picture("phone-json");
    assert_eq!(browser.value(overflow), false);
}

/// Prints how long the page of a large IDL takes to open.
#[test]
#[ignore = "takes Chromium, which only root installs"]
fn a_large_idl_opens() {
    let url = serve(async || {
        let mut text = String::new();
        for number in 0..1000 {
            let fields: String = (1..=25).fold(String::new(), |mut fields, id| {
                let _ = writeln!(
                    fields,
                    "    /** Field {id}. */\n    {id}: optional string field{id},"
                );
                fields
            });
            let _ = writeln!(text, "struct Large{number} {{\n{fields}}}\n");
        }
        for number in 0..500 {
            let _ = writeln!(text, "/** Service {number}. */\nservice Service{number} {{");
            for method in 0..8 {
                let _ = writeln!(
                    text,
                    "    /** Gets. */\n    Large{number} get{method}(1: Large{method} one, 2: i32 two)"
                );
            }
            let _ = writeln!(text, "}}\n");
        }
        eprintln!("{} lines", text.lines().count());
        let began = std::time::Instant::now();
        let idl = idl_of(&text);
        eprintln!("loaded in {:?}", began.elapsed());
        let channel: Channel =
            ClientBuilder::new().connect_lazy("127.0.0.1:1").expect("it is an address");
        let console = Console::new(Client::new(&idl, channel))
            .bind("127.0.0.1:0")
            .await
            .expect("port 0 is free");
        let url = format!("http://{}/", console.local_addr().expect("it is bound"));
        tokio::spawn(console.serve());
        url
    });
    let browser = Browser::start(1400, 900);
    for fragment in ["", "", "#Service7.get3"] {
        browser.open(&format!("{url}{fragment}"));
        eprintln!(
            "{fragment:?}: shown after {} ms",
            browser.value("Math.round(performance.getEntriesByName('shown')[0].startTime)")
        );
        assert!(
            browser
                .value("document.querySelectorAll('*').length")
                .as_u64()
                .is_some_and(|count| count < 5000)
        );
    }
    browser.press("/");
    browser.press("e499.get");
    assert_eq!(browser.text("#found"), "8 methods and 0 types found");
    browser.picture("large");
}
