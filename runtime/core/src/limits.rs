//! Limits on what a peer may send.

/// Error message for exceeded nesting depth.
pub(crate) const TOO_DEEP: &str = "nested more deeply than `Limits::depth` allows";

/// The memory that a message may always take, in bytes for each of its own: honest ones, such as the footers of
/// Parquet with 100,000 columns, take 7 to 15.
pub(crate) const MEMORY_FOR_EACH_BYTE: u64 = 16;

/// Limits on what a peer may send. All are in force by default.
///
/// ```
/// let limits = thriftly::Limits { message: 1 << 20, ..thriftly::Limits::default() };
/// assert_eq!(limits.depth, 64);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest message, in bytes. Default: 100 MiB.
    ///
    /// Applies to messages on a connection and to the `from_reader` functions. `from_slice` and
    /// `from_bytes` accept larger inputs, which are in memory already; there the limit only selects
    /// the error for a declared size that exceeds the input:
    /// [`SizeLimit`](crate::ErrorKind::SizeLimit) above the limit,
    /// [`UnexpectedEof`](crate::ErrorKind::UnexpectedEof) below.
    pub message: usize,
    /// Largest frame of a framed transport, in bytes, in both directions: a larger one is rejected
    /// before it is sent. Default: 16,384,000, as in the specification. Envoy's
    /// `thrift_proxy` has nearly the same limit: it resets connections for frames of 16,384,000 bytes and
    /// more with their headers. Does not apply to values without a message.
    pub frame: usize,
    /// Maximum number of headers of one message. Default: 1,024.
    pub headers: usize,
    /// Largest header block of one message, in bytes: names, values and their sizes; also the largest
    /// header of a [tracked](crate::tracking) call or reply. Default: 64 KiB. The format of THeader and
    /// TTHeader allows four times as much.
    pub header_bytes: usize,
    /// Maximum nesting depth of structs and containers. Default: 64. A struct that is large in
    /// memory counts one level more for each KiB, because decoding it takes more stack: a stack of
    /// 2 MiB is enough for the default with any types, even without optimization.
    pub depth: u32,
    /// Maximum memory of the containers, boxes and default values of one decoded message, in bytes,
    /// in addition to the message itself. The effective limit is the larger of this and 16 times
    /// the message size, which is more than messages take that are not made to be large. Default: 64 MiB. Defaults from the IDL are estimated; allocations of a
    /// hand-written `default = …`, a conversion or a custom `Default` are not counted.
    pub memory: usize,
    /// Whether invalid UTF-8 in a `string` is replaced. Default: `false`, an error
    /// ([`ErrorKind::InvalidUtf8`](crate::ErrorKind::InvalidUtf8)). If `true`, each invalid
    /// sequence is replaced by U+FFFD, as by [`String::from_utf8_lossy`], in JSON also an unpaired
    /// surrogate. Borrowed text (`&str`, also in views) cannot be changed and stays an error except
    /// in JSON; so does a method name.
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
        headers: 1024,
        header_bytes: 64 << 10,
        depth: 64,
        memory: 64 << 20,
        lossy_utf8: false,
    };

    /// The limit that applies first to a frame: its name and size in bytes.
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
