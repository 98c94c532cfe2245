//! The order of entries before a tree is built of them.

use crate::codec::Decode;

/// How many pairs of neighbours decide whether entries are sorted by [`sort`].
const SAMPLE: usize = 64;

/// Sorts entries by their keys if these are text or bytes in no order; otherwise does nothing, because the tree's own
/// sort is fast then. Of equal keys the later stays behind.
///
/// Entries are large and keys are elsewhere in memory, so that comparing and moving them is slow. So numbers are sorted
/// in their place: the eight bytes of each key behind those that all have in common.
pub(super) fn sort<'de, K: Decode<'de> + Ord, E>(entries: &mut [E], key: impl Fn(&E) -> &K) {
    let bytes = |entry| key(entry).key_bytes();
    let descends = |pair: &&[E]| key(&pair[0]) > key(&pair[1]);
    let pairs = entries.windows(2).take(SAMPLE);
    let few = pairs.len() / 8;
    let Some(Some(first)) = entries.first().map(bytes) else { return };
    if pairs.len() < SAMPLE / 2 || pairs.filter(descends).count() <= few {
        return;
    }
    let keys = || entries.iter().map(|entry| bytes(entry).unwrap_or_default());
    let common = keys().fold(first, |common, key| match key.starts_with(common) {
        true => common,
        false => &common[..common.iter().zip(key).take_while(|(a, b)| a == b).count()],
    });
    let common = common.len();
    let mut order: Vec<(u64, usize)> =
        keys().enumerate().map(|(at, key)| (prefix(&key[common..]), at)).collect();
    order.sort_unstable();
    for equal in order.chunk_by_mut(|(a, _), (b, _)| a == b) {
        equal.sort_by(|(_, a), (_, b)| key(&entries[*a]).cmp(key(&entries[*b])));
    }
    // Along each cycle of the permutation.
    for start in 0..order.len() {
        let mut at = start;
        loop {
            let next = std::mem::replace(&mut order[at].1, at);
            if next == start || next == at {
                break;
            }
            entries.swap(at, next);
            at = next;
        }
    }
}

/// The first eight bytes as a number of the same order; absent ones are 0.
fn prefix(bytes: &[u8]) -> u64 {
    let mut prefix = [0; 8];
    let length = bytes.len().min(8);
    prefix[..length].copy_from_slice(&bytes[..length]);
    u64::from_be_bytes(prefix)
}

#[cfg(test)]
mod tests {
    use super::sort;

    /// Numbers in no order.
    fn mixed(at: usize) -> u64 {
        (at as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
    }

    fn is_sorted(keys: Vec<String>) {
        let mut entries: Vec<(String, usize)> = keys.into_iter().zip(0..).collect();
        let mut expected = entries.clone();
        expected.sort_by(|(a, _), (b, _)| a.cmp(b));
        sort(&mut entries, |(key, _)| key);
        assert_eq!(entries, expected);
    }

    #[test]
    fn text_in_no_order_is_sorted_and_equal_keys_keep_theirs() {
        for count in [33, 64, 100, 5000] {
            let keys = |of: fn(u64) -> String| (0..count).map(|at| of(mixed(at))).collect();
            is_sorted(keys(|number| format!("{number:x}")));
            is_sorted(keys(|number| format!("the same for all {number:020}")));
            is_sorted(keys(|number| format!("the same for most {}", number % 7)));
            is_sorted(keys(|number| "é\0".repeat(number as usize % 13)));
        }
    }

    #[test]
    fn what_is_short_or_in_order_or_no_text_is_left_to_the_tree() {
        let mut few: Vec<String> = ["c", "b", "a"].map(String::from).into();
        sort(&mut few, |key| key);
        assert_eq!(few, ["c", "b", "a"]);
        let mut nearly: Vec<String> = (100..200).map(|number| number.to_string()).collect();
        nearly.swap(80, 90);
        let before = nearly.clone();
        sort(&mut nearly, |key| key);
        assert_eq!(nearly, before);
        let mut numbers: Vec<i64> = (0..100).map(|at| mixed(at) as i64).collect();
        let before = numbers.clone();
        sort(&mut numbers, |key| key);
        assert_eq!(numbers, before);
    }
}
