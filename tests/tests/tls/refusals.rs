//! Certificates that are refused, each with an error of its own.

use thriftly::tls::{ClientTls, ServerTls};
use thriftly::{Address, ErrorKind};
use thriftly_tests::authority::{Authority, Identity, Validity, self_signed};

use super::{KINDS, Running, client_tls, server_tls, who};

/// What a client that trusts the authority says of a server with the identity.
fn refusal(authority: &Authority, identity: &Identity, host: &str) -> String {
    let tls = ServerTls::from_pem(&identity.certificate, &identity.key).expect("it is valid");
    let server = Running::start(None, tls);
    let address: Address = (host, server.address.port()).into();
    match who(&address, &client_tls(authority)) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Connect);
            let text = error.to_string();
            let start = format!(
                "cannot connect to tls://{host}:{}: the TLS handshake failed: ",
                server.address.port()
            );
            text.strip_prefix(&start).unwrap_or_else(|| panic!("{text}")).to_owned()
        }
    }
}

#[test]
fn each_refusal_of_a_server_has_its_own_reason() {
    let (ours, other) = (Authority::new("ours"), Authority::new("other"));
    let local = ["localhost", "127.0.0.1"];
    assert_eq!(refusal(&ours, &ours.issue(&local), "localhost"), "accepted");
    assert_eq!(refusal(&ours, &ours.issue(&local), "127.0.0.1"), "accepted");

    let reason = refusal(&ours, &ours.issue_valid(&local, Validity::Expired), "localhost");
    assert!(reason.starts_with("certificate expired: "), "{reason}");
    let reason = refusal(&ours, &ours.issue_valid(&local, Validity::Future), "localhost");
    assert!(reason.starts_with("certificate not valid yet: "), "{reason}");
    assert_eq!(
        refusal(&ours, &other.issue(&local), "localhost"),
        "the certificate was issued by an authority that is not trusted"
    );
    assert_eq!(
        refusal(&ours, &self_signed(&local), "localhost"),
        "the certificate is self-signed, and not trusted itself"
    );
    assert_eq!(
        refusal(&ours, &ours.issue(&["other.example"]), "localhost"),
        "certificate not valid for name \"localhost\"; certificate is only valid for \
         DnsName(\"other.example\")"
    );
    // A name is not an IP address.
    let reason = refusal(&ours, &ours.issue(&["localhost"]), "127.0.0.1");
    assert!(reason.starts_with("certificate not valid for name \"127.0.0.1\"; "), "{reason}");
    // The common name of the subject is none of the names.
    let reason = refusal(&ours, &ours.issue(&[]), "localhost");
    assert!(reason.contains("is not valid for any names"), "{reason}");
}

#[test]
fn a_wildcard_stands_for_one_label() {
    let ours = Authority::new("ours");
    let server = Running::start(None, server_tls(&ours, &["*.example.com"]));
    for (name, accepted) in [
        ("a.example.com", true),
        ("b.example.com", true),
        ("a.b.example.com", false),
        ("example.com", false),
        ("a.example.org", false),
    ] {
        let tls = client_tls(&ours).server_name(name).expect("it is a name");
        let result = who(&server.address, &tls);
        assert_eq!(result.is_ok(), accepted, "{name}: {result:?}");
    }
}

#[test]
fn client_certificates_that_are_not_valid_are_refused() {
    let (ours, clients, other) =
        (Authority::new("ours"), Authority::new("clients"), Authority::new("other"));
    for kind in KINDS {
        let tls = server_tls(&ours, &["127.0.0.1"]).client_ca_pem(&clients.pem).expect("valid");
        let server = Running::start(kind, tls);
        let with = |identity: Identity| {
            client_tls(&ours).identity_pem(identity.certificate, identity.key).expect("valid")
        };
        let text = |tls: &ClientTls| who(&server.address, tls).expect_err("refused").to_string();
        let reason = text(&client_tls(&ours));
        assert!(reason.contains("CertificateRequired"), "{reason}");
        let reason = text(&with(other.issue(&["ada"])));
        assert!(reason.contains("UnknownCA") || reason.contains("DecryptError"), "{reason}");
        let reason = text(&with(clients.issue_valid(&["ada"], Validity::Expired)));
        assert!(reason.contains("CertificateExpired"), "{reason}");
        who(&server.address, &with(clients.issue(&["ada"]))).expect("accepted");
    }
}

#[test]
fn revoked_certificates_are_refused_in_both_directions() {
    let ours = Authority::new("ours");
    let list = ours.revoke(&[7]);
    for number in [7, 8] {
        let identity = ours.issue_numbered(&["127.0.0.1"], number);
        let tls = ServerTls::from_pem(&identity.certificate, &identity.key).expect("it is valid");
        let server = Running::start(None, tls.clone());
        let checking = client_tls(&ours).crl_pem(&list).expect("it is a list");
        who(&server.address, &client_tls(&ours)).expect("without the list it is not known");
        let result = who(&server.address, &checking).map_err(|error| error.to_string());
        match number {
            7 => assert!(result.expect_err("revoked").ends_with("the certificate is revoked")),
            _ => drop(result.expect("it is not in the list")),
        }

        let tls = tls.client_ca_pem(&ours.pem).and_then(|tls| tls.crl_pem(&list)).expect("valid");
        let server = Running::start(None, tls);
        let tls = client_tls(&ours).identity_pem(&identity.certificate, &identity.key);
        let result = who(&server.address, &tls.expect("valid")).map_err(|error| error.to_string());
        match number {
            7 => assert!(result.expect_err("revoked").contains("CertificateRevoked")),
            _ => drop(result.expect("it is not in the list")),
        }
    }
}
