//! Doubles that can be keys.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A `double` with a total order, as IEEE 754 `totalOrder` has it: what stands for a `double`
/// where a map's key or a set's element needs one.
///
/// `-0.0` comes before `0.0`, and a NaN equals itself, so every double can be found again.
///
/// ```
/// use std::collections::BTreeMap;
/// use thriftly::Double;
///
/// let mut names = BTreeMap::from([(Double(1.5), "one and a half")]);
/// names.insert(f64::NAN.into(), "not a number");
/// assert_eq!(names[&Double(f64::NAN)], "not a number");
/// ```
#[derive(Clone, Copy, Default)]
pub struct Double(pub f64);

impl PartialEq for Double {
    fn eq(&self, other: &Double) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Double {}

impl PartialOrd for Double {
    fn partial_cmp(&self, other: &Double) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Double {
    fn cmp(&self, other: &Double) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Hash for Double {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl fmt::Debug for Double {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Double {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl From<f64> for Double {
    fn from(value: f64) -> Double {
        Double(value)
    }
}

impl From<Double> for f64 {
    fn from(value: Double) -> f64 {
        value.0
    }
}
