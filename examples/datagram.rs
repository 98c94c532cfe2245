//! Spans sent to a tracing agent, one message in each UDP datagram, as Jaeger's clients do.
//!
//! `cargo run --example datagram`

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use thriftly::{Bytes, Protocol, messages};
use tokio::net::UdpSocket;

thriftly::thrift!("datagram.thrift");

/// The largest datagram that Jaeger's agent accepts, in bytes.
const MAX_DATAGRAM: usize = 65_000;

#[derive(Clone)]
struct Printer;

impl Agent for Printer {
    async fn emit_batch(&self, batch: Batch) -> thriftly::Result<()> {
        for span in batch.spans {
            let service = &batch.process.service_name;
            println!("{service}: {} took {} µs", span.operation_name, span.duration);
        }
        Ok(())
    }
}

#[tokio::main]
async fn main() -> thriftly::Result<()> {
    let agent = UdpSocket::bind("127.0.0.1:0").await?;
    let sender = UdpSocket::bind("127.0.0.1:0").await?;
    sender.connect(agent.local_addr()?).await?;

    let sender = Arc::new(sender);
    let channel = messages::channel(move |message| {
        let sender = Arc::clone(&sender);
        // The call is oneway: there is no reply.
        async move { sender.send(&message).await.map(|_| None) }
    });
    let client = AgentClient::new(channel).with_protocol(Protocol::Compact);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let span = Span {
        trace_id_low: 1,
        span_id: 2,
        operation_name: "GET /shelves".into(),
        start_time: now.as_micros() as i64,
        duration: 1_250,
        ..Span::default()
    };
    let process = Process { service_name: "library".into(), tags: None };
    client.emit_batch(&Batch { process, spans: vec![span] }).await?;

    let mut datagram = vec![0; MAX_DATAGRAM];
    let received = tokio::time::timeout(Duration::from_secs(5), agent.recv(&mut datagram)).await;
    let length = received.map_err(std::io::Error::from)??;
    println!("a datagram of {length} bytes");
    let message = Bytes::copy_from_slice(&datagram[..length]);
    messages::answer(AgentServer::new(Printer), message).await?;
    Ok(())
}
