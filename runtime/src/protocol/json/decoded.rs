//! Bytes that were decoded from base64, for values that borrow them.

use std::sync::OnceLock;

/// Keeps whatever bytes it is given for as long as it lives itself.
///
/// It is a chain whose last link is filled, so that nothing that was lent out ever moves.
#[derive(Debug, Default)]
pub(crate) struct Decoded(OnceLock<Box<Link>>);

#[derive(Debug)]
struct Link {
    bytes: Vec<u8>,
    next: Decoded,
}

impl Decoded {
    /// Keeps the bytes, and lends them out. `last` is the end of the chain, or where to look for it.
    pub(crate) fn keep<'a>(last: &mut &'a Decoded, bytes: Vec<u8>) -> &'a [u8] {
        // Nothing has to be kept of nothing: a link takes more than a peer paid for it.
        if bytes.is_empty() {
            return &[];
        }
        let mut link = Box::new(Link { bytes, next: Decoded::default() });
        loop {
            match last.0.set(link) {
                Ok(()) => break,
                // Another reader was here: behind what it has kept.
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

/// One link after the other: a long chain that is dropped from within would need a deep stack.
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
        assert_eq!(Decoded::keep(&mut last, Vec::new()), []);
        assert!(last.0.get().is_none());
        let mut again = &chain;
        assert_eq!(Decoded::keep(&mut again, vec![7]), [7]);
        assert!(kept.iter().zip(0..count).all(|(bytes, at)| **bytes == at.to_be_bytes()));
    }
}
