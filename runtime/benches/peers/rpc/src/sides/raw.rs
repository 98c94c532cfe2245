//! Bare sockets: what any server on the same runtime has to pay.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::runtime::Builder;
use tokio_rustls::TlsAcceptor;

use super::runtime;
use crate::{Result, tls};

/// Bytes that are read at once.
const READ: usize = 64 * 1024;

/// Returns what comes: a task of tokio for each connection.
pub fn serve_tasks(announce: fn(SocketAddr)) -> Result<()> {
    accept(announce, |stream| {
        tokio::spawn(echo_async(stream));
    })
}

/// Returns the bodies of HTTP requests: a task with a connection of hyper for each connection.
pub fn serve_http(announce: fn(SocketAddr)) -> Result<()> {
    accept(announce, |stream| {
        tokio::spawn(async move {
            let service = service_fn(|request: Request<Incoming>| async {
                let body = request.into_body().collect().await?.to_bytes();
                Ok::<_, hyper::Error>(Response::new(Full::new(body)))
            });
            // What ends it is not looked at, as in the others.
            _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    })
}

/// The same as [`serve_tasks`] over TLS.
pub fn serve_tls(announce: fn(SocketAddr)) -> Result<()> {
    let acceptor = TlsAcceptor::from(tls::server()?);
    accept(announce, move |stream| {
        let handshake = acceptor.accept(stream);
        tokio::spawn(async move {
            if let Ok(stream) = handshake.await {
                echo_async(stream).await;
            }
        });
    })
}

fn accept(announce: fn(SocketAddr), accepted: impl Fn(tokio::net::TcpStream)) -> Result<()> {
    runtime()?.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        announce(listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            accepted(stream);
        }
    })
}

async fn echo_async(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let mut buffer = vec![0; READ];
    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
        if stream.write_all(&buffer[..read]).await.is_err() || stream.flush().await.is_err() {
            break;
        }
    }
}

/// Returns what comes: a thread for each connection.
pub fn serve_threads(announce: fn(SocketAddr)) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    announce(listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        std::thread::spawn(move || echo(stream));
    }
}

fn echo(mut stream: TcpStream) {
    let mut buffer = vec![0; READ];
    while let Ok(read @ 1..) = stream.read(&mut buffer) {
        if stream.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
}

/// Answers framed calls with their own arguments: `ping` and `echo`, whose results are the same
/// but for the id of the field. One thread serves all connections, with one read and one write
/// for all that has come.
pub fn serve_answers(announce: fn(SocketAddr)) -> Result<()> {
    Builder::new_current_thread().enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        announce(listener.local_addr()?);
        loop {
            let (mut stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::spawn(async move {
                let mut buffer = Vec::with_capacity(READ);
                while let Ok(1..) = stream.read_buf(&mut buffer).await {
                    let answers = answer(&mut buffer);
                    if stream.write_all(&buffer[..answers]).await.is_err() {
                        break;
                    }
                    buffer.drain(..answers);
                    buffer.reserve(READ);
                }
            });
        }
    })
}

/// Turns the whole calls in the bytes into answers, and returns how many bytes they are.
fn answer(bytes: &mut [u8]) -> usize {
    let mut done = 0;
    while let Some((len, message)) = bytes[done..].split_first_chunk_mut::<4>() {
        let len = u32::from_be_bytes(*len) as usize;
        let Some(message) = message.get_mut(..len) else { break };
        // REPLY in place of CALL, and field 0 in place of field 1.
        message[3] = 2;
        let name = u32::from_be_bytes([message[4], message[5], message[6], message[7]]);
        let body = &mut message[8 + name as usize + 4..];
        if body[0] != 0 {
            body[2] = 0;
        }
        done += 4 + len;
    }
    done
}

#[cfg(test)]
mod tests {
    use super::answer;
    use crate::calls::{Call, Method};
    use crate::wire::Wire;

    #[test]
    fn whole_calls_are_answered_and_the_rest_is_left() {
        let echo = Call::new(Method::Echo, Wire::Framed);
        let ping = Call::new(Method::Ping, Wire::Framed);
        let mut bytes = Vec::new();
        echo.append(3, &mut bytes);
        ping.append(4, &mut bytes);
        ping.append(5, &mut bytes);
        let whole = bytes.len();
        bytes.pop();
        let answers = answer(&mut bytes);
        let read = |call: &Call, at: usize| {
            let reply = call.reply(&bytes[at..answers]).expect("it is a reply");
            reply.map(|reply| (reply.seqid, at + reply.len))
        };
        let Some((3, second)) = read(&echo, 0) else { panic!("the first is not answered") };
        assert_eq!(read(&ping, second), Some((4, answers)));
        assert!(answers < whole);
    }
}
