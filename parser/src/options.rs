//! How files are read and how strict the checks are.

use std::path::PathBuf;

/// How files are read and how strict the checks are.
///
/// ```
/// use thriftly_parser::Options;
///
/// let options = Options { lints: true, ..Options::default() };
/// # let _ = options;
/// ```
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where to look for included files after the directory of the including file, in order.
    pub include_dirs: Vec<PathBuf>,
    /// Strings may hold line ends, as in some dialects.
    pub multiline_strings: bool,
    /// Lints are reported too.
    pub lints: bool,
    /// `oneway` functions that return a value are accepted as `void`, with a warning, as the Apache compiler does.
    pub lenient_oneway: bool,
}
