//! `thriftly call`, against a server.

use std::sync::mpsc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use thriftly::Context;
use thriftly::blocking::Server;
use thriftly::dynamic::{BlockingHandlers, Handlers, Idl, Value};

use crate::transcript::{files, piped, told};

/// Answers as the IDL says, until the process ends. Returns the address.
fn server(notes: mpsc::Sender<String>) -> thriftly::Result<String> {
    let idl = Idl::load(files().join("store.thrift"))?;
    let handlers = BlockingHandlers::new(idl.service("Store")?)
        .on("ping", |_| Ok(()))?
        .on("get", |call| {
            let key = call["key"].clone();
            match key.as_str() {
                Some("missing") => Err(call.exception("NotFound", [("key", key)])),
                Some("tenant") => {
                    let tenant = Context::current().headers().get("tenant").map(str::to_owned);
                    Ok([("key", Value::from(tenant.unwrap_or_default()))].into())
                }
                _ => {
                    let sizes = Value::from([(call["depth"].clone(), 7)]);
                    Ok(Value::from([("key", key), ("content", "aGk=".into()), ("sizes", sizes)]))
                }
            }
        })?
        .on("note", move |call| {
            let _ = notes.send(call["text"].as_str().unwrap_or_default().to_owned());
            Ok(())
        })?;
    let server = Server::builder().add_as("Store", handlers.clone()).default_service(handlers);
    let server = server.bind("127.0.0.1:0")?;
    let address = server.local_addr().to_string();
    std::thread::spawn(move || server.serve());
    Ok(address)
}

fn call(address: &str, arguments: &[&str], input: &str) -> (String, String, Option<i32>) {
    let arguments = [&["call", "--idl", "store.thrift", address][..], arguments].concat();
    told(piped(&arguments, input.as_bytes()))
}

#[test]
fn calls_print_results_and_declared_exceptions_as_json() -> thriftly::Result<()> {
    let (sender, notes) = mpsc::channel();
    let address = server(sender)?;
    let entry = |depth: &str| {
        let text = r#"{
  "key": "a",
  "content": "aGk=",
  "sizes": {
    "DEPTH": 7
  }
}
"#;
        (text.replace("DEPTH", depth), String::new(), Some(0))
    };
    for arguments in [
        &["get", r#"["a"]"#][..],
        &["Store.get", r#"{"key": "a"}"#],
        &["get", "-"],
        &["get", r#"["a"]"#, "--protocol", "compact", "--framing", "framed"],
        &["get", r#"["a"]"#, "--protocol", "thriftpy-json"],
        &["get", r#"["a"]"#, "--protocol", "json", "--framing", "header", "-H", "tenant=acme"],
        &["get", r#"["a"]"#, "--multiplexed", "Store", "--timeout", "60"],
    ] {
        assert_eq!(call(&address, arguments, r#"{"key": "a"}"#), entry("DEEP"), "{arguments:?}");
    }
    assert_eq!(call(&address, &["get", r#"["a", "SHALLOW"]"#], ""), entry("SHALLOW"));
    let tenant = ["get", r#"["tenant"]"#, "--framing", "header", "-H", "tenant=acme"];
    assert!(call(&address, &tenant, "").0.contains("\"key\": \"acme\""));
    let missing = "{\n  \"NotFound\": {\n    \"key\": \"missing\"\n  }\n}\n";
    let found = call(&address, &["get", r#"["missing"]"#], "");
    assert_eq!(found, (missing.to_owned(), String::new(), Some(1)));
    let nothing = (String::new(), String::new(), Some(0));
    assert_eq!(call(&address, &["Store.ping"], ""), nothing);
    assert_eq!(call(&address, &["note", r#"{"text": "hi"}"#], ""), nothing);
    assert_eq!(notes.recv_timeout(Duration::from_secs(60)).as_deref(), Ok("hi"));
    Ok(())
}

#[test]
fn calls_go_over_http() -> thriftly::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let idl = Idl::load(files().join("store.thrift"))?;
    let handlers = Handlers::new(idl.service("Store")?).on("get", async |_| {
        let tenant = Context::current().headers().get("tenant").map(str::to_owned);
        Ok([("key", tenant.unwrap_or_default())])
    })?;
    let server = runtime.block_on(thriftly::Server::new(handlers).bind("127.0.0.1:0"))?;
    let address = format!("http://{}/store", server.local_addr());
    runtime.spawn(server.serve());
    let (out, complaint, status) =
        call(&address, &["get", r#"["a"]"#, "--header", "tenant=acme"], "");
    assert_eq!((&*complaint, status), ("", Some(0)));
    assert!(out.contains("\"key\": \"acme\""), "{out}");
    Ok(())
}

#[test]
fn calls_that_cannot_be_made_say_why() -> thriftly::Result<()> {
    let (sender, _notes) = mpsc::channel();
    let address = server(sender)?;
    for (arguments, text) in [
        (&["gte"][..], "error: the IDL has no method `gte`; did you mean `get`?\n"),
        (&["get"], "error: get.key: the argument is missing\n"),
        (
            &["get", r#"["a"]"#, "-H", "tenant=acme"],
            "error: the header `tenant` cannot be sent: unframed messages have none; \
             `--framing header`, `--framing ttheader` and http:// addresses do\n",
        ),
        (&["get", r#"["a", 1.5]"#], "error: get.depth: expected Depth, found 1.5\n"),
        (
            &["get", r#"["a""#],
            "error: the arguments are not JSON: EOF while parsing a list at line 1 column 4\n",
        ),
        (
            &["get", "@nowhere.json"],
            "error: cannot read nowhere.json: No such file or directory (os error 2)\n",
        ),
    ] {
        let (out, complaint, status) = call(&address, arguments, "");
        assert_eq!((&*out, &*complaint, status), ("", text, Some(2)));
    }
    // Nobody listens there.
    let (out, complaint, status) = call("127.0.0.1:1", &["Store.ping"], "");
    assert_eq!((&*out, status), ("", Some(2)));
    assert!(complaint.starts_with("error: ") && complaint.contains("127.0.0.1:1"), "{complaint}");
    Ok(())
}

#[test]
fn calls_go_over_tls_with_the_certificates_that_are_given() -> thriftly::Result<()> {
    let authority = Authority::new();
    let folder = std::env::temp_dir().join(format!("thriftly-call-tls-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).map(|()| path.display().to_string())
    };
    let ca = file("ca.pem", &authority.pem)?;
    let (certificate, key) = authority.issue("store.internal");
    let tls =
        thriftly::tls::ServerTls::from_pem(certificate, key)?.client_ca_pem(&authority.pem)?;
    let (certificate, key) = authority.issue("ada.example");
    let (certificate, key) = (file("cert.pem", &certificate)?, file("key.pem", &key)?);
    let handlers =
        BlockingHandlers::new(Idl::load(files().join("store.thrift"))?.service("Store")?)
            .on("ping", |_| Ok(()))?;
    let server = Server::new(handlers).tls(tls).bind("127.0.0.1:0")?;
    let address = server.local_addr().to_string();
    std::thread::spawn(move || server.serve());
    let own = ["--cert", &certificate, "--key", &key];
    let trusted = ["ping", "--ca", &ca, "--server-name", "store.internal"];
    let nothing = (String::new(), String::new(), Some(0));
    assert_eq!(call(&address, &[&trusted[..], &own].concat(), ""), nothing);
    // Without the authority, the name in the certificate, or the own certificate.
    for arguments in [
        &[&["ping", "--server-name", "store.internal"][..], &own].concat(),
        &[&["ping", "--ca", &ca][..], &own].concat(),
        &trusted.to_vec(),
    ] {
        let (out, complaint, status) = call(&address, arguments, "");
        assert_eq!((&*out, status), ("", Some(2)), "{arguments:?}");
        assert!(complaint.starts_with("error: "), "{complaint}");
    }
    let (_, complaint, status) = call(&address, &["ping", "--ca", "missing.pem"], "");
    assert!(complaint.contains("missing.pem"), "{complaint}");
    assert_eq!(status, Some(2));
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

/// A certificate authority.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new() -> Authority {
        let mut params = CertificateParams::new(Vec::new()).expect("it has no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("there are keys");
        let pem = params.self_signed(&key).expect("it can be signed").pem();
        Authority { issuer: Issuer::new(params, key), pem }
    }

    /// A certificate and its key, in PEM.
    fn issue(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().expect("there are keys");
        let params = CertificateParams::new(vec![name.to_owned()]).expect("it is a name");
        let certificate = params.signed_by(&key, &self.issuer).expect("it can be signed");
        (certificate.pem(), key.serialize_pem())
    }
}
