//! Options of loading and checking.

use std::path::PathBuf;

/// Options of loading and checking.
///
/// ```
/// use thriftly_parser::Options;
///
/// let options = Options { lints: true, ..Options::default() };
/// # let _ = options;
/// ```
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Directories in which included files are searched after the directory of the including file, in order.
    pub include_dirs: Vec<PathBuf>,
    /// Whether strings may hold line breaks, as in some dialects. `false` by default.
    pub multiline_strings: bool,
    /// Whether lints are reported. `false` by default.
    pub lints: bool,
    /// Whether `oneway` functions that return a value are accepted as `void` with a warning, as the Apache compiler
    /// does. `false` by default: they are errors.
    pub lenient_oneway: bool,
}
