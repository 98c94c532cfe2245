//! Calls between typed clients and servers: contexts, layers, framings, sockets, several services, logins.

pub mod clients;
mod closing;
mod context;
mod dynamic;
mod framings;
mod handler_errors;
mod health;
mod in_memory;
mod layers;
mod messages;
mod metrics;
mod multiplexed;
mod oneway;
mod sasl;
mod service;
#[cfg(target_os = "linux")]
mod shared_port;
mod stats;
mod trace;
#[cfg(unix)]
mod unix;
