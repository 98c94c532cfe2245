//! Files that cannot be used, files that change, and settings that exclude each other.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use thriftly::tls::{ClientTls, ServerTls};
use thriftly::{Address, ErrorKind, Scheme, Server};
use thriftly_tests::authority::{Authority, Identity};

use super::{
    BlockingSecureClient, Handler, KINDS, Running, SecureServer, block_on, client_tls, who,
};

/// A directory that is removed when this is dropped.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Directory {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("thriftly-tls-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("the directory for temporary files can be written to");
        Directory(path)
    }

    fn write(&self, name: &str, contents: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, contents).expect("it can be written");
        path
    }

    fn write_identity(&self, identity: &Identity) -> [PathBuf; 2] {
        [self.write("cert.pem", &identity.certificate), self.write("key.pem", &identity.key)]
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn files_that_cannot_be_used_are_errors_with_their_names() {
    let (directory, ours) = (Directory::new(), Authority::new("ours"));
    let [cert, key] = directory.write_identity(&ours.issue(&["localhost"]));
    let other = directory.write("other.pem", &ours.issue(&["localhost"]).key);
    let empty = directory.write("empty.pem", "");
    let bad = directory.write("bad.pem", "-----BEGIN CERTIFICATE-----\nAAAA");
    let missing = directory.0.join("missing.pem");
    let at = |path: &PathBuf| path.display().to_string();
    for (cert, key, message) in [
        (&missing, &key, format!("cannot read {}: ", at(&missing))),
        (&cert, &missing, format!("cannot read {}: ", at(&missing))),
        (&empty, &key, format!("{} contains no certificate", at(&empty))),
        (&key, &key, format!("{} contains no certificate", at(&key))),
        (&cert, &empty, format!("{} contains no private key", at(&empty))),
        (&cert, &cert, format!("{} contains no private key", at(&cert))),
        (&bad, &key, format!("{} is not valid PEM: ", at(&bad))),
        (
            &cert,
            &other,
            format!(
                "the key of {} does not belong to the certificate of {}",
                at(&other),
                at(&cert)
            ),
        ),
    ] {
        let error = ServerTls::from_pem_files(cert, key).expect_err(&message);
        assert_eq!(error.kind(), ErrorKind::Tls);
        assert!(error.to_string().starts_with(&message), "{error}, not {message}");
        let error = ClientTls::new().identity_files(cert, key).expect_err(&message);
        assert!(error.to_string().starts_with(&message), "{error}, not {message}");
    }
    let tls = ServerTls::from_pem_files(&cert, &key).expect("it is valid");
    for source in [&missing, &empty, &bad, &key] {
        assert_eq!(tls.clone().client_ca_file(source).expect_err("bad").kind(), ErrorKind::Tls);
        assert_eq!(tls.clone().crl_file(source).expect_err("bad").kind(), ErrorKind::Tls);
        assert_eq!(ClientTls::new().ca_file(source).expect_err("bad").kind(), ErrorKind::Tls);
        assert_eq!(ClientTls::new().crl_file(source).expect_err("bad").kind(), ErrorKind::Tls);
    }
    assert!(tls.client_certificate_optional().is_err());
    let error = ServerTls::from_pem("", "").expect_err("empty");
    assert_eq!(error.to_string(), "the PEM of the server's certificate contains no certificate");
    let error = ClientTls::new().server_name("not a name").expect_err("no name");
    assert_eq!(error.to_string(), "`not a name` is not a name that a certificate can have");
}

#[test]
fn a_key_is_never_shown() {
    let identity = Authority::new("ours").issue(&["localhost"]);
    let tls = ServerTls::from_pem(&identity.certificate, &identity.key).expect("it is valid");
    let line = identity.key.lines().nth(1).expect("it has lines");
    assert!(!format!("{tls:?}").contains(line));
}

#[test]
fn settings_that_exclude_each_other_are_errors() {
    let ours = Authority::new("ours");
    let server = || {
        let identity = ours.issue(&["localhost"]);
        let tls = ServerTls::from_pem(identity.certificate, identity.key).expect("it is valid");
        Server::new(SecureServer::new(Handler)).tls(tls)
    };
    let text = |error: Option<thriftly::Error>| {
        let error = error.expect("it is refused");
        assert_eq!(error.kind(), ErrorKind::Address);
        error.to_string()
    };
    block_on(async {
        let error = server().bind("unix:/tmp/x").await.err();
        assert_eq!(text(error), "cannot listen on unix:/tmp/x: unix sockets do not support TLS");
        let plain = Server::new(SecureServer::new(Handler));
        let error = plain.bind("tls://127.0.0.1:0").await.err();
        let message =
            "cannot listen on tls://127.0.0.1:0: TLS needs a certificate: set it with `tls`";
        assert_eq!(text(error), message);
        let bound = server().bind("tls://127.0.0.1:0").await.expect("it has a certificate");
        assert_eq!(bound.local_addr().scheme(), Scheme::Tls);
    });
    let client = BlockingSecureClient::builder().tls(client_tls(&ours));
    let message = "cannot connect to unix:/tmp/x: unix sockets do not support TLS";
    let error: Option<thriftly::Error> = client.connect("unix:/tmp/x").err();
    assert_eq!(text(error), message);
}

#[test]
fn certificates_are_read_again_when_their_files_have_changed() {
    for kind in KINDS {
        let directory = Directory::new();
        let (old, new) = (Authority::new("old"), Authority::new("new"));
        let [cert, key] = directory.write_identity(&old.issue(&["127.0.0.1"]));
        let ca = directory.write("ca.pem", &old.pem);
        let tls = ServerTls::from_pem_files(cert, key).expect("valid").reload_every(Duration::ZERO);
        let server = Running::start(kind, tls);
        let reloading = ClientTls::new().ca_file(&ca).expect("valid").reload_every(Duration::ZERO);
        who(&server.address, &reloading).expect("the old authority is trusted");
        let lasting = BlockingSecureClient::builder().tls(reloading.clone());
        let lasting: BlockingSecureClient =
            lasting.max_connections(1).connect(&server.address).expect("connected");

        // Half-way replaced, the previous ones stay in force.
        let identity = new.issue(&["127.0.0.1"]);
        directory.write("cert.pem", &identity.certificate);
        who(&server.address, &reloading).expect("the key does not belong to the new certificate");
        directory.write("key.pem", &identity.key);
        let start = Instant::now();
        while who(&server.address, &client_tls(&new)).is_err() {
            assert!(start.elapsed() < Duration::from_secs(60), "they were never read again");
        }
        who(&server.address, &client_tls(&old)).expect_err("the new certificate is in force");
        // An open connection goes on.
        lasting.who().expect("a call");
        directory.write("ca.pem", &new.pem);
        who(&server.address, &reloading).expect("the new authority is trusted");
    }
}

#[test]
fn only_offered_application_protocols_are_negotiated() {
    let ours = Authority::new("ours");
    let tls = super::server_tls(&ours, &["127.0.0.1"]).alpn(["thrift"]).expect("valid");
    let server = Running::start(None, tls);
    let offering = |protocols: &[&str]| client_tls(&ours).alpn(protocols).expect("valid");
    who(&server.address, &offering(&["other", "thrift"])).expect("they have one in common");
    who(&server.address, &offering(&[])).expect("a client without ALPN is served");
    let error = who(&server.address, &offering(&["other"])).expect_err("they have none in common");
    assert!(error.to_string().contains("NoApplicationProtocol"), "{error}");
}

#[test]
fn an_address_of_tls_uses_the_authorities_of_the_operating_system() {
    let ours = Authority::new("ours");
    let server = Running::start(None, super::server_tls(&ours, &["127.0.0.1"]));
    let address: &Address = &server.address;
    match BlockingSecureClient::connect(address) {
        Ok(client) => drop(client.who().expect_err("nobody knows our authority")),
        Err(error) => assert!(
            error.to_string().ends_with("issued by an authority that is not trusted")
                || error.to_string().starts_with("the operating system has no certificate"),
            "{error}"
        ),
    }
}
