//! HTTP over TLS.

use thriftly::tls::{ClientTls, ServerTls};
use thriftly::{ErrorKind, Result};
use thriftly_tests::authority::Authority;

use super::*;

#[tokio::test]
async fn https_is_served_and_called_by_both_kinds_of_clients() -> Result<()> {
    let authority = Authority::new("ours");
    let identity = authority.issue(&["127.0.0.1"]);
    let tls =
        ServerTls::from_pem(&identity.certificate, &identity.key)?.alpn(["h2", "http/1.1"])?;
    let server =
        Server::new(ShopServer::new(Handler::default())).tls(tls).bind("127.0.0.1:0").await?;
    let port = server.local_addr().port();
    tokio::spawn(server.serve());
    let url = format!("https://127.0.0.1:{port}/thrift");
    for http2 in [false, true] {
        let tls = ClientTls::new().ca_pem(&authority.pem)?;
        let builder = ShopClient::builder().tls(tls.clone()).header("x-tenant", "acme");
        let builder = if http2 { builder.http2() } else { builder };
        let client = builder.connect(url.as_str()).await?;
        assert_eq!(client.add(1, 2).await?, 3);
        assert_eq!(client.header("x-tenant").await?, "acme");
        let large = vec![7; 1 << 20];
        assert_eq!(client.take(large.clone()).await?, large);

        let blocking = BlockingShopClient::builder().tls(tls);
        let blocking = if http2 { blocking.http2() } else { blocking };
        let url = url.clone();
        let sum = tokio::task::spawn_blocking(move || blocking.connect(url)?.add(1, 2));
        assert_eq!(sum.await.expect("no panic")?, 3);
    }
    // The certificate is checked.
    let stranger = ClientTls::new().ca_pem(&Authority::new("other").pem)?;
    let error =
        ShopClient::builder().tls(stranger).connect(url.as_str()).await.expect_err("unknown");
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    Ok(())
}
