//! Storage for decoded base64 that values borrow.

use std::sync::OnceLock;

/// Owns decoded bytes for its own lifetime.
///
/// A linked list that only grows at its end, so that borrowed bytes never move.
#[derive(Debug, Default)]
pub(crate) struct Decoded(OnceLock<Box<Link>>);

#[derive(Debug)]
struct Link {
    bytes: Vec<u8>,
    next: Decoded,
}

impl Decoded {
    /// Stores the bytes and returns a reference. `last` is a hint for the end of the list.
    pub(crate) fn keep<'a>(last: &mut &'a Decoded, bytes: Vec<u8>) -> &'a [u8] {
        // Empty values need no node, which would cost more memory than the peer has sent.
        if bytes.is_empty() {
            return &[];
        }
        let mut link = Box::new(Link { bytes, next: Decoded::default() });
        loop {
            match last.0.set(link) {
                Ok(()) => break,
                // Another reader has appended: continue behind its nodes.
                Err(again) => {
                    link = again;
                    match last.0.get() {
                        Some(taken) => *last = &taken.next,
                        None => return &[],
                    }
                }
            }
        }
        match last.0.get() {
            Some(link) => {
                *last = &link.next;
                &link.bytes
            }
            None => &[],
        }
    }
}

/// Drops nodes iteratively: a recursive drop of a long list would overflow the stack.
impl Drop for Decoded {
    fn drop(&mut self) {
        let mut next = self.0.take();
        while let Some(mut link) = next {
            next = link.next.0.take();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_stays_where_it_is_however_much_follows() {
        let chain = Decoded::default();
        let mut last = &chain;
        let count: u32 = if cfg!(miri) { 200 } else { 200_000 };
        let kept: Vec<&[u8]> =
            (0..count).map(|at| Decoded::keep(&mut last, at.to_be_bytes().to_vec())).collect();
        assert!(Decoded::keep(&mut last, Vec::new()).is_empty());
        assert!(last.0.get().is_none());
        let mut again = &chain;
        assert_eq!(Decoded::keep(&mut again, vec![7]), [7]);
        assert!(kept.iter().zip(0..count).all(|(bytes, at)| **bytes == at.to_be_bytes()));
    }
}
