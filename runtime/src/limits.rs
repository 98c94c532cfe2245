//! What a peer may make us do.

/// Limits on what is taken from a peer. All are in force by default.
///
/// ```
/// let limits = thriftly::Limits { message: 1 << 20, ..thriftly::Limits::default() };
/// assert_eq!(limits.depth, 64);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest message, in bytes. Default: 100 MiB.
    pub message: usize,
    /// Largest frame of a framed transport, in bytes. Default: 16,384,000, as the
    /// specification and Envoy have it.
    pub frame: usize,
    /// How deeply structs and containers may be nested. Default: 64.
    pub depth: u32,
    /// How many bytes of memory the containers of one decoded message may take, beside
    /// what the message itself takes. The larger of this and four times the message counts.
    /// Default: 64 MiB.
    pub memory: usize,
}

impl Limits {
    /// The defaults.
    pub const DEFAULT: Limits =
        Limits { message: 100 << 20, frame: 16_384_000, depth: 64, memory: 64 << 20 };
}

impl Default for Limits {
    fn default() -> Limits {
        Limits::DEFAULT
    }
}
