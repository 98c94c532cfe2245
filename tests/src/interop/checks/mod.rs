//! The checks of the interop client, in their order.

mod calls;
mod scalars;
mod structs;

use std::fmt::{Debug, Display};
use std::sync::Arc;

use thriftly::{ApplicationErrorKind, Error, ErrorKind, blocking};

use super::arguments::Arguments;
use super::idl::BlockingUuidProbeClient;
use super::idl::interop::{
    BlockingInteropPlusClient, BlockingInteropV2Client, BlockingSecondClient,
};
use super::idl::interop_uuid::BlockingUuidSvcClient;

type Service = Arc<dyn blocking::Service>;

/// The clients of one connection.
pub(super) struct Peer {
    interop: BlockingInteropPlusClient<Service>,
    newer: BlockingInteropV2Client<Service>,
    uuids: BlockingUuidSvcClient<Service>,
    probe: BlockingUuidProbeClient<Service>,
    /// With multiplexed services only.
    second: Option<BlockingSecondClient<Service>>,
}

impl Peer {
    /// Creates the clients of a channel.
    pub(super) fn new(channel: Service, arguments: &Arguments) -> Peer {
        /// A client, which names its service if there are several.
        macro_rules! client {
            ($client:ident, $service:literal) => {{
                let client = $client::new(Arc::clone(&channel)).with_protocol(arguments.protocol);
                match arguments.multiplex {
                    true => client.multiplexed($service),
                    false => client,
                }
            }};
        }
        Peer {
            interop: client!(BlockingInteropPlusClient, "Interop"),
            newer: client!(BlockingInteropV2Client, "Interop"),
            uuids: client!(BlockingUuidSvcClient, "Interop"),
            probe: client!(BlockingUuidProbeClient, "Interop"),
            second: arguments.multiplex.then(|| client!(BlockingSecondClient, "Second")),
        }
    }
}

/// Why a check did not pass.
enum Stop {
    Failed(String),
    Skipped(&'static str),
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Stop {
        Stop::Failed(error.into().to_string())
    }
}

type Outcome = Result<(), Stop>;

/// A check and its name.
type Check = (&'static str, fn(&Peer) -> Outcome);

fn all() -> Vec<Check> {
    [scalars::CHECKS, structs::CHECKS, calls::CHECKS].concat()
}

/// The names of all checks, in their order.
pub(super) fn names() -> Vec<&'static str> {
    all().into_iter().map(|(name, _)| name).collect()
}

/// Runs all checks, prints their outcomes, and returns the number of failures. After a failure it connects anew.
///
/// # Errors
/// It cannot connect at first.
pub(super) fn run<E: Display>(connect: impl Fn() -> Result<Peer, E>) -> Result<usize, E> {
    let mut failures = 0;
    let mut connected = Some(connect()?);
    for (name, check) in all() {
        let peer = connected.take().map_or_else(&connect, Ok);
        let peer = peer.map_err(|error| Stop::Failed(error.to_string()));
        match peer.and_then(|peer| check(&peer).map(|()| connected = Some(peer))) {
            Ok(()) => println!("PASS {name}"),
            Err(Stop::Skipped(why)) => println!("SKIP {name}: {why}"),
            Err(Stop::Failed(why)) => {
                // One line for each check.
                println!("FAIL {name}: {}", why.replace('\n', " "));
                failures += 1;
            }
        }
    }
    Ok(failures)
}

/// Compares a reply with what is expected.
fn equal<T: PartialEq + Debug>(found: T, expected: T) -> Outcome {
    if found == expected {
        return Ok(());
    }
    let (mut found, mut expected) = (format!("{found:?}"), format!("{expected:?}"));
    for text in [&mut found, &mut expected] {
        if text.len() > 400 {
            *text = text.chars().take(400).chain("…".chars()).collect();
        }
    }
    Err(Stop::Failed(format!("got {found} instead of {expected}")))
}

/// Expects that a call fails with an application exception, and returns its type.
fn application(error: &Error) -> Result<ApplicationErrorKind, Stop> {
    match error.kind() {
        ErrorKind::Application(kind) => Ok(kind),
        _ => Err(Stop::Failed(format!("no application exception: {error}"))),
    }
}
