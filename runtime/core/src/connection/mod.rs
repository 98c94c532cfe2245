//! Connections without any I/O: bytes that came in become calls and replies, calls and replies
//! become bytes to send. The blocking and the async side are thin shells around this.

mod backoff;
mod budget;
mod client;
mod failure;
mod input;
mod output;
#[cfg(test)]
mod pair_tests;
mod pool;
mod report;
mod server;
mod stats;
mod throttle;
mod watchdog;

pub(crate) use backoff::Backoff;
pub(crate) use budget::{Budget, Share};
pub(crate) use client::{ClientConnection, Reply, no_such_call, of_method};
pub(crate) use failure::{
    CallName, cannot_carry, closed, failure, flooded, guard, lost, no_handshake, unreadable,
    wrong_protocol,
};
#[cfg(feature = "async")]
pub(crate) use failure::{guard_poll, handler_timeout, of_service};
pub(crate) use input::Input;
pub(crate) use output::{Head, Output, SLICES};
pub use pool::ChannelStats;
pub(crate) use pool::{Answer, Caller, Entry, LinkId, Loss, Pool, PoolSettings, Step, Why};
pub(crate) use report::{End, Report};
#[cfg(any(feature = "async", test))]
pub(crate) use server::CallHead;
pub(crate) use server::{Call, MAX_OUTPUT, Received, ServerConnection};
pub(crate) use stats::Tally;
pub use stats::{ServerMonitor, ServerStats};
pub(crate) use watchdog::{Waiting, Watchdog};
