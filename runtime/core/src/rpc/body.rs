//! Encoded bytes with linked blobs.

use bytes::Bytes;

/// Minimum size of a linked blob, in bytes.
pub(crate) const LINK_FROM: usize = 4096;

/// Encoded bytes: one run of bytes into which large blobs are linked instead of copied.
///
/// A received `Body` has no links. A locally encoded one has a link for each `binary` value of 4
/// KiB and more, which is sent without a copy.
#[derive(Debug, Clone, Default)]
pub struct Body {
    bytes: Bytes,
    /// Each link is inserted before the byte of `bytes` at its offset; offsets are ascending.
    links: Vec<(usize, Bytes)>,
}

impl Body {
    pub(crate) fn new(bytes: Bytes, links: Vec<(usize, Bytes)>) -> Body {
        Body { bytes, links }
    }

    /// The number of bytes, links included.
    pub fn len(&self) -> usize {
        self.bytes.len() + self.links.iter().map(|(_, link)| link.len()).sum::<usize>()
    }

    /// Whether the body is empty.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.links.is_empty()
    }

    /// Converts to contiguous bytes; copies only if there are links.
    pub fn into_bytes(self) -> Bytes {
        if self.links.is_empty() {
            return self.bytes;
        }
        let mut whole = Vec::with_capacity(self.len());
        self.chunks().for_each(|chunk| whole.extend_from_slice(chunk));
        whole.into()
    }

    /// The pieces in order. None of them is empty.
    pub fn chunks(&self) -> impl Iterator<Item = &[u8]> {
        let mut from = 0;
        self.links
            .iter()
            .map(|(at, link)| (*at, &link[..]))
            .chain(std::iter::once((self.bytes.len(), &[][..])))
            .flat_map(move |(at, link)| {
                let piece = &self.bytes[from..at];
                from = at;
                [piece, link]
            })
            .filter(|piece| !piece.is_empty())
    }

    /// The bytes without the links, and the links, each inserted before the byte at its offset.
    pub(crate) fn into_parts(self) -> (Bytes, Vec<(usize, Bytes)>) {
        (self.bytes, self.links)
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Body {
        Body::new(bytes, Vec::new())
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Body {
        Body::from(Bytes::from(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_come_in_order_and_none_is_empty() {
        let body = Body::new(
            Bytes::from_static(b"abc"),
            vec![
                (0, Bytes::from_static(b"1")),
                (2, Bytes::from_static(b"2")),
                (2, Bytes::from_static(b"3")),
                (3, Bytes::from_static(b"4")),
            ],
        );
        let chunks: Vec<_> = body.chunks().collect();
        assert_eq!(chunks, [&b"1"[..], b"ab", b"2", b"3", b"c", b"4"]);
        assert_eq!(body.len(), 7);
        assert_eq!(body.into_bytes(), "1ab23c4");
    }

    #[test]
    fn a_body_without_links_is_handed_out_as_it_is() {
        let bytes = Bytes::from_static(b"abc");
        let body = Body::from(bytes.clone());
        assert_eq!(body.into_bytes().as_ptr(), bytes.as_ptr());
    }
}
