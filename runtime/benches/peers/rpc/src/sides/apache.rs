//! The Apache [`thrift`](https://docs.rs/thrift) crate: `TServer` with a worker for each
//! connection, and a processor as the Apache compiler writes it.

use std::net::{SocketAddr, TcpListener};

use thrift::protocol::{
    TBinaryInputProtocolFactory, TBinaryOutputProtocolFactory, TInputProtocol, TMessageIdentifier,
    TMessageType, TOutputProtocol,
};
use thrift::server::{TProcessor, TServer};
use thrift::transport::{
    TBufferedReadTransportFactory, TBufferedWriteTransportFactory, TFramedReadTransportFactory,
    TFramedWriteTransportFactory, TReadTransportFactory, TWriteTransportFactory,
};
use thriftly_peers::types::apache::{
    Apache, EchoAddArgs, EchoAddResult, EchoEchoArgs, EchoEchoResult, EchoPingArgs, EchoPingResult,
};

use crate::Result;

/// As many connections are served at the same time as there are workers.
const WORKERS: usize = 300;

/// Buffered, which is the fastest that the crate has.
pub fn serve_unframed(announce: fn(SocketAddr)) -> Result<()> {
    serve(announce, TBufferedReadTransportFactory::new(), TBufferedWriteTransportFactory::new())
}

pub fn serve_framed(announce: fn(SocketAddr)) -> Result<()> {
    serve(announce, TFramedReadTransportFactory::new(), TFramedWriteTransportFactory::new())
}

fn serve(
    announce: fn(SocketAddr),
    read: impl TReadTransportFactory + 'static,
    write: impl TWriteTransportFactory + 'static,
) -> Result<()> {
    let (input, output) = (TBinaryInputProtocolFactory::new(), TBinaryOutputProtocolFactory::new());
    let mut server = TServer::new(read, input, write, output, Processor, WORKERS);
    // It does not tell on which port it listens, so it is given one that was free just now.
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    announce(address);
    Ok(server.listen(address)?)
}

/// `EchoSyncProcessor` around a handler that returns what it is given.
struct Processor;

impl TProcessor for Processor {
    fn process(
        &self,
        i_prot: &mut dyn TInputProtocol,
        o_prot: &mut dyn TOutputProtocol,
    ) -> thrift::Result<()> {
        let message = i_prot.read_message_begin()?;
        match &*message.name {
            "ping" => {
                EchoPingArgs::read_from_in_protocol(i_prot)?;
                i_prot.read_message_end()?;
                answer(&message, &EchoPingResult {}, o_prot)
            }
            "add" => {
                let args = EchoAddArgs::read_from_in_protocol(i_prot)?;
                i_prot.read_message_end()?;
                let result = EchoAddResult { result_value: Some(args.a.wrapping_add(args.b)) };
                answer(&message, &result, o_prot)
            }
            "echo" => {
                let args = EchoEchoArgs::read_from_in_protocol(i_prot)?;
                i_prot.read_message_end()?;
                answer(&message, &EchoEchoResult { result_value: Some(args.n) }, o_prot)
            }
            name => Err(format!("there is no method {name}").into()),
        }
    }
}

fn answer(
    call: &TMessageIdentifier,
    result: &impl Apache,
    o_prot: &mut dyn TOutputProtocol,
) -> thrift::Result<()> {
    let message = TMessageIdentifier::new(&*call.name, TMessageType::Reply, call.sequence_number);
    o_prot.write_message_begin(&message)?;
    result.write_to_out_protocol(o_prot)?;
    o_prot.write_message_end()?;
    o_prot.flush()
}
