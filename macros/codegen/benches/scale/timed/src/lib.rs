//! `thrift!`, timed within the compiler: what it takes before rustc sees the expansion.

use std::time::Instant;

use proc_macro::TokenStream;

/// Expands like `thrift!`, prints seconds and the peak of the compiler's memory in KiB, and
/// leaves nothing of the expansion.
#[proc_macro]
pub fn timed(input: TokenStream) -> TokenStream {
    let start = Instant::now();
    let expansion: TokenStream = thriftly_codegen::thrift(input.into(), None).into();
    let seconds = start.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    eprintln!("timed {seconds} {}", peak.trim().trim_end_matches(" kB"));
    drop(expansion);
    TokenStream::new()
}
