//! Whom each of our sides is compared with, and how it is to stand beside them.

use crate::calls::Method;
use crate::line::Target;

/// Our sides in another build of this program, by the names of those in this one.
pub const BEFORE: [(&str, &str); 2] =
    [("thriftly", "before"), ("thriftly-blocking", "before-blocking")];

/// Largest share of memory of an idle connection of the async server, in bytes.
pub const IDLE: f64 = 7.0 * 1024.0;

/// How much CPU our server may take for a request, beside the peer; `None` if the two are not
/// compared.
pub fn server(
    ours: &str,
    peer: &str,
    method: Method,
    connections: usize,
    in_flight: usize,
) -> Option<Target> {
    if BEFORE.contains(&(ours, peer)) {
        return Some(Target::AtMost(1.03));
    }
    let (ping, echo) = match (ours, peer) {
        ("thriftly", "volo") => (0.75, 0.6),
        ("thriftly", "tokio") | ("thriftly-blocking", "threads") => (1.1, 1.4),
        ("thriftly" | "thriftly-blocking", "apache") => return Some(Target::None),
        _ => return None,
    };
    Some(match (connections, in_flight, method) {
        (64, 1, Method::Ping) => Target::AtMost(ping),
        (64, 1, Method::Echo) => Target::AtMost(echo),
        _ => Target::None,
    })
}

/// How many calls per second our client is to make, beside the peer; `None` if the two are not
/// compared.
pub fn client(ours: &str, peer: &str, method: Method, tasks: usize) -> Option<Target> {
    if BEFORE.contains(&(ours, peer)) {
        return Some(Target::AtLeast(0.97));
    }
    match (ours, peer) {
        ("thriftly", "volo") => Some(match (method, tasks) {
            (Method::Ping, 64) => Target::AtLeast(8.0),
            (Method::Ping, 1) => Target::AtLeast(1.3),
            _ => Target::None,
        }),
        ("thriftly-blocking", "volo") => Some(Target::None),
        _ => None,
    }
}
