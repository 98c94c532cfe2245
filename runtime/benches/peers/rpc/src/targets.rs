//! Whom each of our sides is compared with, and how it is to stand beside them.

use crate::calls::Method;
use crate::line::Target;

/// What the names of our sides begin with.
const OURS: &str = "thriftly";

/// Largest share of memory of an idle connection of the async server, in bytes.
pub const IDLE: f64 = 7.0 * 1024.0;

/// The name of one of our sides in another build of this program; `None` if it is not ours.
pub fn before(side: &str) -> Option<String> {
    side.strip_prefix(OURS).map(|rest| format!("before{rest}"))
}

/// Whether the peer is our side in another build of this program.
pub fn is_before(ours: &str, peer: &str) -> bool {
    before(ours).is_some_and(|before| before == peer)
}

/// How much CPU our server may take for a request, beside the peer; `None` if the two are not
/// compared.
pub fn server(
    ours: &str,
    peer: &str,
    method: Method,
    connections: usize,
    in_flight: usize,
) -> Option<Target> {
    if is_before(ours, peer) {
        return Some(Target::AtMost(1.03));
    }
    let (ping, echo) = match (ours, peer) {
        ("thriftly", "volo") | ("thriftly-ttheader", "volo-ttheader") => (0.75, 0.6),
        ("thriftly", "tokio") | ("thriftly-blocking", "threads") => (1.1, 1.4),
        // The same with middleware.
        ("thriftly-layers", OURS) => (1.1, 1.1),
        // The same messages in another transport.
        ("thriftly-theader", OURS) => (1.3, 1.3),
        ("thriftly-http", OURS) => (2.0, 2.0),
        ("thriftly-http", "volo-ttheader") => (0.8, 0.8),
        ("thriftly-tls", "rustls") => (1.2, 1.2),
        ("thriftly-runtimes" | "thriftly-ttheader" | "thriftly-tls", OURS) => {
            return Some(Target::None);
        }
        ("thriftly-http", "hyper") => return Some(Target::None),
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
    if is_before(ours, peer) {
        return Some(Target::AtLeast(0.97));
    }
    match (ours, peer) {
        ("thriftly", "volo") => Some(match (method, tasks) {
            (Method::Ping, 64) => Target::AtLeast(8.0),
            (Method::Ping, 1) => Target::AtLeast(1.3),
            _ => Target::None,
        }),
        ("thriftly-layers", OURS) => Some(match method {
            Method::Ping => Target::AtLeast(0.9),
            _ => Target::None,
        }),
        ("thriftly-blocking", "volo") => Some(Target::None),
        _ => None,
    }
}
