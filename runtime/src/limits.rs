//! What a peer may make us do.

/// What is said of what is nested too deeply.
pub(crate) const TOO_DEEP: &str = "nested more deeply than `Limits::depth` allows";

/// Limits on what is taken from a peer. All are in force by default.
///
/// ```
/// let limits = thriftly::Limits { message: 1 << 20, ..thriftly::Limits::default() };
/// assert_eq!(limits.depth, 64);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest message, in bytes. Default: 100 MiB.
    ///
    /// It bounds what is taken from a connection, and by the `from_reader` functions. Bytes that are
    /// in memory already, as `from_slice` and `from_bytes` are given them, may be more; there it only
    /// decides which error a size is that they cannot hold:
    /// [`SizeLimit`](crate::ErrorKind::SizeLimit) above it.
    pub message: usize,
    /// Largest frame of a framed transport, in bytes, in both directions: a larger one is refused
    /// before it is sent. Default: 16,384,000, as the specification and Envoy have it. Values alone
    /// have no frames.
    pub frame: usize,
    /// How deeply structs and containers may be nested. Default: 64. A struct that is large in Rust's
    /// memory counts once more for each KiB, as reading it takes as much more of the stack: the 2 MiB
    /// of a thread are enough for the default, whatever the types are and without optimization.
    pub depth: u32,
    /// How many bytes of memory the containers, boxes and default values of one decoded message
    /// may take, beside what the message itself takes. The larger of this and four times the message
    /// counts. Default: 64 MiB. What a default of the IDL takes is estimated; what a hand-written
    /// `default = …`, a conversion or a `Default` of one's own allocates is not known, and not counted.
    pub memory: usize,
    /// What becomes of a `string` that is not UTF-8. By default it is an error
    /// ([`ErrorKind::InvalidUtf8`](crate::ErrorKind::InvalidUtf8)); if this is `true`, each sequence
    /// that is none is replaced by U+FFFD, as by [`String::from_utf8_lossy`], in JSON also half a
    /// surrogate pair. Text that is borrowed (`&str`, and views with it) cannot be changed, so there
    /// it stays an error but in JSON, and so does the name of a method.
    ///
    /// ```
    /// let latin1 = b"\0\0\0\x04caf\xe9";
    /// assert!(thriftly::binary::from_slice::<String>(latin1).is_err());
    /// let limits = thriftly::Limits { lossy_utf8: true, ..thriftly::Limits::default() };
    /// let text: String = thriftly::binary::from_slice_with(latin1, &limits)?;
    /// assert_eq!(text, "caf\u{fffd}");
    /// # Ok::<(), thriftly::Error>(())
    /// ```
    pub lossy_utf8: bool,
}

impl Limits {
    /// The defaults.
    pub const DEFAULT: Limits = Limits {
        message: 100 << 20,
        frame: 16_384_000,
        depth: 64,
        memory: 64 << 20,
        lossy_utf8: false,
    };

    /// The limit that a frame reaches first: its name and its bytes.
    pub(crate) fn frame_limit(&self) -> (&'static str, usize) {
        match self.frame <= self.message {
            true => ("Limits::frame", self.frame),
            false => ("Limits::message", self.message),
        }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits::DEFAULT
    }
}
