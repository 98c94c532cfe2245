//! The allocator of the benches, which is the system's or that of a feature, and how much memory values hold.

use std::alloc::{GlobalAlloc, Layout};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

#[cfg(feature = "mimalloc")]
pub use mimalloc::MiMalloc as Chosen;
#[cfg(not(any(feature = "mimalloc", feature = "jemalloc")))]
pub use std::alloc::System as Chosen;
#[cfg(all(feature = "jemalloc", not(feature = "mimalloc")))]
pub use tikv_jemallocator::Jemalloc as Chosen;

/// The allocator that is chosen, which counts while [`held`] runs, and costs a comparison otherwise.
pub struct Counting;

/// The name of the allocator.
pub const ALLOCATOR: &str = match (cfg!(feature = "mimalloc"), cfg!(feature = "jemalloc")) {
    (true, _) => "mimalloc",
    (_, true) => "jemalloc",
    _ => "system",
};

static COUNTS: AtomicBool = AtomicBool::new(false);
static HELD: AtomicUsize = AtomicUsize::new(0);
static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

/// What a value holds on the heap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Held {
    /// Bytes that were asked for and not given back, without what the allocator adds.
    pub bytes: usize,
    /// How often memory was asked for, also if it was given back.
    pub allocations: usize,
}

/// What the value holds that `make` makes. The program must use [`Counting`].
pub fn held<T>(make: impl FnOnce() -> T) -> Held {
    HELD.store(0, Relaxed);
    ALLOCATIONS.store(0, Relaxed);
    COUNTS.store(true, Relaxed);
    let value = make();
    COUNTS.store(false, Relaxed);
    drop(value);
    Held { bytes: HELD.load(Relaxed), allocations: ALLOCATIONS.load(Relaxed) }
}

fn count(gone: usize, come: usize) {
    if COUNTS.load(Relaxed) {
        HELD.fetch_add(come.wrapping_sub(gone), Relaxed);
        if come > 0 {
            ALLOCATIONS.fetch_add(1, Relaxed);
        }
    }
}

// SAFETY: all calls go to another allocator as they are.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(0, layout.size());
        // SAFETY: the caller's promise.
        unsafe { Chosen.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(0, layout.size());
        // SAFETY: the caller's promise.
        unsafe { Chosen.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(layout.size(), size);
        // SAFETY: the caller's promise.
        unsafe { Chosen.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(layout.size(), 0);
        // SAFETY: the caller's promise.
        unsafe { Chosen.dealloc(pointer, layout) }
    }
}
