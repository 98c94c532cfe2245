//! Values as they are shown beside each other.

/// How much of a value is shown.
const SHOWN: usize = 40;

/// Two values with only as much of them as a message has room for. What both begin with is left out if it is long.
pub(super) fn shortened((old, new): (String, String)) -> (String, String) {
    let common = old.chars().zip(new.chars()).take_while(|(a, b)| a == b).count();
    let skip = if common > SHOWN / 2 { common - SHOWN / 4 } else { 0 };
    let cut = |text: String| {
        let total = text.chars().count();
        let piece: String = text.chars().skip(skip).take(SHOWN).collect();
        let lead = if skip > 0 { "…" } else { "" };
        let trail = if total > skip + SHOWN { "…" } else { "" };
        format!("{lead}{piece}{trail}")
    };
    (cut(old), cut(new))
}
