//! Doubles with a total order, for map keys and set elements.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::num::ParseFloatError;
use std::str::FromStr;

/// A `double` with the total order of IEEE 754 `totalOrder`, used for map keys and set elements.
///
/// `-0.0` comes before `0.0`, and a NaN equals itself, so every double can be looked up.
/// Comparisons with an `f64` are numeric.
///
/// ```
/// use std::collections::BTreeMap;
/// use thriftly::Double;
///
/// let mut names = BTreeMap::from([(Double(1.5), "one and a half")]);
/// names.insert(f64::NAN.into(), "not a number");
/// assert_eq!(names[&Double(f64::NAN)], "not a number");
/// assert!(Double(-0.0) < Double(0.0) && Double(-0.0) == 0.0 && Double(1.5) < 2.0);
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

impl PartialEq<f64> for Double {
    fn eq(&self, other: &f64) -> bool {
        self.0 == *other
    }
}

impl PartialEq<Double> for f64 {
    fn eq(&self, other: &Double) -> bool {
        *self == other.0
    }
}

impl PartialOrd<f64> for Double {
    fn partial_cmp(&self, other: &f64) -> Option<Ordering> {
        self.0.partial_cmp(other)
    }
}

impl PartialOrd<Double> for f64 {
    fn partial_cmp(&self, other: &Double) -> Option<Ordering> {
        self.partial_cmp(&other.0)
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

impl FromStr for Double {
    type Err = ParseFloatError;

    fn from_str(text: &str) -> Result<Double, ParseFloatError> {
        text.parse().map(Double)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_a_double_is() {
        assert_eq!("1.5".parse(), Ok(Double(1.5)));
        assert_eq!("NaN".parse(), Ok(Double(f64::NAN)));
        assert!("one".parse::<Double>().is_err());
    }

    #[test]
    fn beside_a_number_it_is_one() {
        assert!(Double(0.0) == -0.0 && -0.0 == Double(0.0));
        let nan = f64::NAN;
        assert!(Double(nan) == Double(nan) && Double(nan) != nan && nan != Double(nan));
        assert!(Double(1.0) < 2.0);
        assert!(2.0 > Double(1.0));
        assert_eq!(Double(f64::NAN).partial_cmp(&1.0), None);
    }
}
