//! How the benches measure: time by the thread's clock, memory by an allocator that counts,
//! both in several processes.

pub mod chart;
pub mod clock;
pub mod machine;
pub mod memory;
pub mod processes;
pub mod ratio;
