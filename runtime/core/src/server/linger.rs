//! The end of a connection whose last answer may be unread.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

/// How long remaining input is read and discarded after the last answer: closing a socket with
/// unread bytes resets the connection, and the answer could be lost.
pub(super) const LINGER: Duration = Duration::from_secs(1);

/// Ends the output, and discards input until the client has closed its side, for a limited time.
pub(super) async fn linger(io: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
    let mut bytes = vec![0; 4096];
    // The connection ends regardless of the result.
    let _ = timeout(LINGER, async {
        io.shutdown().await?;
        while io.read(&mut bytes).await? > 0 {}
        io::Result::Ok(())
    })
    .await;
}
