//! Known bugs of peers. One that does not occur any more is a failure of the matrix.

use std::fmt;

use super::stack::{Socket, Stack};

/// A bug of a peer.
#[derive(Debug)]
pub(super) struct Known {
    /// The start of the peer's name.
    pub(super) peer: &'static str,
    /// The roles of the peer in which it occurs.
    pub(super) roles: &'static [Role],
    /// The stacks in which it occurs.
    pub(super) stacks: fn(&Stack) -> bool,
    /// The checks that fail, or [`ANY`].
    pub(super) checks: &'static [&'static str],
    /// What the peer does.
    pub(super) reason: &'static str,
}

/// The role of a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It serves, and our clients check.
    Server,
    /// It calls our servers, and checks.
    Client,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Role::Server => "server",
            Role::Client => "client",
        })
    }
}

impl Known {
    /// Whether the bug occurs in these runs.
    pub(super) fn applies(&self, peer: &str, role: Role, stack: &Stack) -> bool {
        peer.starts_with(self.peer) && self.roles.contains(&role) && (self.stacks)(stack)
    }
}

const SERVER: &[Role] = &[Role::Server];
const CLIENT: &[Role] = &[Role::Client];
const BOTH: &[Role] = &[Role::Server, Role::Client];

const APACHE: &str = "Apache Python";
const THRIFTPY: &str = "thriftpy2";
const NODE: &str = "Node";
const OLD_THRIFTPY: &str = "ThriftPy";
const CPP: &str = "C++";
const RUBY: &str = "Ruby";
const PHP: &str = "PHP";

/// Some checks fail, which are others from run to run.
pub(super) const ANY: &[&str] = &[];

/// All known bugs.
pub(super) const KNOWN: &[Known] = &[
    Known {
        peer: APACHE,
        roles: SERVER,
        // Its THeader uses the extension in C, which skips bytes.
        stacks: |stack| {
            ["binary", "compact"].contains(&stack.protocol) && stack.transport != "header"
        },
        checks: &["unknown_binary"],
        reason: "decodes the binary values that it skips as UTF-8, and closes the connection",
    },
    Known {
        peer: THRIFTPY,
        roles: SERVER,
        stacks: |stack| stack.multiplex,
        checks: &["unknown_method", "uuid"],
        reason: "closes the connection on an unknown method of one of several services",
    },
    Known {
        peer: THRIFTPY,
        roles: SERVER,
        stacks: |_| true,
        checks: &["undeclared"],
        reason: "closes the connection when a handler raises an exception that the IDL does not declare",
    },
    Known {
        peer: THRIFTPY,
        roles: CLIENT,
        stacks: |stack| stack.protocol == "json",
        checks: &["double_negzero"],
        reason: "reads -0, as Apache writes a negative zero, as an integer",
    },
    Known {
        peer: THRIFTPY,
        roles: CLIENT,
        stacks: |stack| stack.protocol == "json",
        checks: &["containers", "unknown_fields", "unknown_binary", "unknown_method"],
        reason: "cannot write sets in containers",
    },
    Known {
        peer: THRIFTPY,
        roles: CLIENT,
        stacks: |stack| stack.protocol == "json",
        checks: &["containers_empty"],
        reason: "cannot write maps with enum keys",
    },
    Known {
        peer: THRIFTPY,
        roles: CLIENT,
        stacks: |stack| stack.protocol == "json",
        checks: &["large"],
        reason: "reads byte by byte, in time that grows with the square of the length of a string",
    },
    Known {
        peer: THRIFTPY,
        roles: SERVER,
        stacks: |stack| stack.protocol == "json" && stack.transport != "http",
        checks: ANY,
        reason: "answers the first call of a connection in Apache's JSON over and over",
    },
    Known {
        peer: THRIFTPY,
        roles: SERVER,
        stacks: |stack| stack.protocol == "json" && stack.transport == "http",
        checks: ANY,
        reason: "decodes large strings in Apache's JSON for minutes, and answers nobody else meanwhile",
    },
    Known {
        peer: NODE,
        roles: SERVER,
        stacks: |stack| stack.transport == "http",
        checks: &["oneway"],
        reason: "never answers the request of a oneway call",
    },
    Known {
        peer: NODE,
        roles: SERVER,
        stacks: |_| true,
        checks: &["unknown_method"],
        reason: "sends no type in its application exceptions",
    },
    Known {
        peer: NODE,
        roles: BOTH,
        stacks: |_| true,
        checks: &["double_negzero"],
        reason: "writes a negative zero as zero",
    },
    Known {
        peer: NODE,
        roles: BOTH,
        stacks: |stack| stack.protocol == "compact",
        checks: &["containers"],
        reason: "reads each element of a list<bool> as false",
    },
    Known {
        peer: NODE,
        roles: BOTH,
        stacks: |stack| stack.protocol == "json",
        checks: &["containers"],
        reason: "loses what follows an empty container in a container",
    },
    Known {
        peer: OLD_THRIFTPY,
        roles: BOTH,
        stacks: |stack| stack.protocol == "compact",
        checks: ANY,
        reason: "uses a function that Python 3.9 has removed",
    },
    Known {
        peer: OLD_THRIFTPY,
        roles: SERVER,
        stacks: |stack| stack.socket == Socket::Unix,
        checks: ANY,
        reason: "sets SO_REUSEPORT on unix sockets, which newer kernels refuse",
    },
    Known {
        peer: OLD_THRIFTPY,
        roles: BOTH,
        stacks: |stack| stack.protocol != "compact",
        checks: &["mix"],
        reason: "passes arguments in the order of their ids",
    },
    Known {
        peer: OLD_THRIFTPY,
        roles: SERVER,
        stacks: |stack| stack.protocol != "compact",
        checks: &["undeclared"],
        reason: "closes the connection when a handler raises an exception that the IDL does not declare",
    },
    Known {
        peer: OLD_THRIFTPY,
        roles: SERVER,
        stacks: |stack| stack.protocol == "tpjson" || stack.multiplex,
        checks: &["unknown_method", "uuid"],
        reason: "closes the connection on an unknown method, in JSON or of one of several services",
    },
    Known {
        peer: OLD_THRIFTPY,
        roles: CLIENT,
        stacks: |stack| stack.protocol == "binary",
        checks: &["binary", "containers"],
        reason: "reads binary values as text where they are UTF-8",
    },
    Known {
        peer: OLD_THRIFTPY,
        roles: CLIENT,
        stacks: |stack| stack.protocol == "tpjson",
        checks: &[
            "binary",
            "scalars",
            "containers",
            "union",
            "large",
            "unknown_fields",
            "unknown_binary",
            "unknown_method",
        ],
        reason: "cannot write binary values in JSON",
    },
    Known {
        peer: CPP,
        roles: BOTH,
        stacks: |stack| stack.transport == "http",
        checks: &["oneway"],
        reason: "neither answers the request of a oneway call nor reads the answer",
    },
    Known {
        peer: RUBY,
        roles: CLIENT,
        stacks: |stack| stack.protocol == "json",
        checks: &["string_unicode", "set", "map", "scalars", "containers", "union"],
        reason: "reads strings in JSON without their encoding",
    },
    Known {
        peer: RUBY,
        roles: BOTH,
        stacks: |stack| stack.protocol == "json",
        checks: &["large"],
        reason: "takes minutes for large strings in JSON",
    },
    Known {
        peer: PHP,
        roles: SERVER,
        stacks: |_| true,
        checks: &["unknown_method"],
        reason: "closes the connection after an unknown method",
    },
    Known {
        peer: PHP,
        roles: SERVER,
        stacks: |_| true,
        checks: &["undeclared"],
        reason: "closes the connection when a handler throws an exception that the IDL does not declare",
    },
    Known {
        peer: PHP,
        roles: BOTH,
        stacks: |stack| stack.protocol == "compact",
        checks: &["containers"],
        reason: "cannot write booleans in maps in the compact protocol",
    },
    Known {
        peer: PHP,
        roles: CLIENT,
        stacks: |stack| stack.protocol == "compact",
        checks: &["unknown_fields", "unknown_binary", "unknown_method"],
        reason: "cannot write booleans in maps in the compact protocol",
    },
    Known {
        peer: PHP,
        roles: BOTH,
        stacks: |stack| stack.protocol == "json",
        checks: &["double_nonfinite"],
        reason: "writes no text for NaN and the infinities in JSON",
    },
    Known {
        peer: PHP,
        roles: CLIENT,
        stacks: |stack| stack.protocol == "json",
        checks: &["binary", "scalars", "containers", "union", "large", "unknown_binary"],
        reason: "writes binary values as text in JSON, and nothing for those that are not UTF-8",
    },
    Known {
        peer: PHP,
        roles: SERVER,
        stacks: |stack| stack.protocol == "json",
        checks: &["large"],
        reason: "reads strings in JSON in time that grows with the square of their length",
    },
];

/// Whether the checks of these runs fail in ways of which nothing can be expected.
pub(super) fn fails_somewhere(peer: &str, role: Role, stack: &Stack) -> bool {
    KNOWN.iter().any(|known| known.checks == ANY && known.applies(peer, role, stack))
}
