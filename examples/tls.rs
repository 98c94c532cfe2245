//! Mutual TLS: the client verifies the server, and the handler knows who its caller is.
//!
//! `cargo run --example tls`

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use thriftly::tls::{ClientTls, ServerTls};
use thriftly::{Context, Error, Server};

thriftly::thrift!("tls.thrift");

struct Safe;

impl Vault for Safe {
    async fn open(&self) -> thriftly::Result<String> {
        let context = Context::current();
        // The names in the client's certificate, which has been verified.
        let names = context.tls().map(|peer| peer.dns_names()).unwrap_or_default();
        match names.iter().any(|name| name == "ada.example") {
            true => Ok("it is open, Ada".to_owned()),
            false => Err(Error::internal(format!("not for {names:?}"))),
        }
    }
}

/// A certificate authority for as long as the example runs. Real ones come from files:
/// `ServerTls::from_pem_files`, `ClientTls::ca_file` and `ClientTls::identity_files`.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new() -> Result<Authority, rcgen::Error> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate()?;
        let pem = params.self_signed(&key)?.pem();
        Ok(Authority { issuer: Issuer::new(params, key), pem })
    }

    /// A certificate and its key, in PEM.
    fn issue(&self, name: &str) -> Result<(String, String), rcgen::Error> {
        let key = KeyPair::generate()?;
        let params = CertificateParams::new(vec![name.to_owned()])?;
        Ok((params.signed_by(&key, &self.issuer)?.pem(), key.serialize_pem()))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let authority = Authority::new()?;

    let (certificate, key) = authority.issue("localhost")?;
    let tls = ServerTls::from_pem(certificate, key)?.client_ca_pem(&authority.pem)?;
    let server = Server::new(VaultServer::new(Safe)).tls(tls).bind("127.0.0.1:0").await?;
    let address = ("localhost", server.local_addr().port());
    tokio::spawn(server.serve());

    for name in ["ada.example", "eve.example"] {
        let (certificate, key) = authority.issue(name)?;
        let tls = ClientTls::new().ca_pem(&authority.pem)?.identity_pem(certificate, key)?;
        let client: VaultClient = VaultClient::builder().tls(tls).connect(address).await?;
        match client.open().await {
            Ok(answer) => println!("{answer}"),
            Err(error) => println!("{error}"),
        }
    }

    // A client that trusts other authorities refuses the server.
    let stranger = ClientTls::new().ca_pem(Authority::new()?.pem)?;
    let refused = VaultClient::builder().tls(stranger).connect(address).await;
    let refused: Result<VaultClient, Error> = refused;
    println!("{}", refused.expect_err("the authority is not trusted"));
    Ok(())
}
