//! The metrics of each method.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ::metrics::{Histogram, Key, Label, SharedString, Unit, with_recorder};

use super::METADATA;
use crate::rpc::message::MethodName;
use crate::tracking::{Outcome, Side};

/// Number of places for methods, a power of two.
const PLACES: usize = 1024;
/// How many places after the one of its hash a method may have.
const PROBES: usize = 32;
/// Longest name of a method that is told apart, in bytes.
const LONGEST: usize = 128;

/// The methods of a layer: a hash table that never grows or forgets, and is read without a lock.
pub(super) struct Methods {
    side: Side,
    /// Labels of all metrics.
    labels: Vec<Label>,
    hasher: RandomState,
    /// A method is in the first free place after that of its hash.
    places: Box<[OnceLock<Arc<Method>>]>,
    other: OnceLock<Arc<Method>>,
}

/// The metrics of a method.
pub(super) struct Method {
    /// The name of calls; empty for other methods.
    name: Box<[u8]>,
    names: &'static Names,
    labels: Vec<Label>,
    success: OnceLock<Histogram>,
    exception: OnceLock<Histogram>,
    abandoned: OnceLock<Histogram>,
    /// By the kind of the error, of which there are few.
    errors: Mutex<Vec<(&'static str, Histogram)>>,
    request: Histogram,
    response: Histogram,
}

/// Names of the metrics of a side.
struct Names {
    duration: &'static str,
    request: &'static str,
    response: &'static str,
}

const SERVER: Names = Names {
    duration: "rpc.server.call.duration",
    request: "rpc.server.request.size",
    response: "rpc.server.response.size",
};

const CLIENT: Names = Names {
    duration: "rpc.client.call.duration",
    request: "rpc.client.request.size",
    response: "rpc.client.response.size",
};

impl Methods {
    pub(super) fn new(side: Side, labels: Vec<Label>) -> Methods {
        Methods {
            side,
            labels,
            hasher: RandomState::new(),
            places: (0..PLACES).map(|_| OnceLock::new()).collect(),
            other: OnceLock::new(),
        }
    }

    pub(super) fn side(&self) -> Side {
        self.side
    }

    pub(super) fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// The places in which a method may be, in order.
    fn places(&self, name: &[u8]) -> impl Iterator<Item = &OnceLock<Arc<Method>>> {
        let first = self.hasher.hash_one(name) as usize;
        (0..PROBES).filter_map(move |step| self.places.get((first + step) % PLACES))
    }

    /// The method, if it is known.
    pub(super) fn get(&self, name: &MethodName) -> Option<Arc<Method>> {
        let name = name.whole();
        self.places(name)
            .map_while(OnceLock::get)
            .find(|method| *method.name == *name)
            .map(Arc::clone)
    }

    /// The method, known from now on if there is a place for it.
    #[cold]
    pub(super) fn learn(&self, name: &MethodName) -> Arc<Method> {
        let whole = name.whole();
        if whole.is_empty() || whole.len() > LONGEST {
            return self.other();
        }
        let found = self.places(whole).find_map(|place| {
            let method = place.get_or_init(|| Arc::new(self.method(whole, name.shown().into())));
            (*method.name == *whole).then(|| Arc::clone(method))
        });
        found.unwrap_or_else(|| self.other())
    }

    /// Methods that are not known.
    #[cold]
    pub(super) fn other(&self) -> Arc<Method> {
        let other = self.other.get_or_init(|| Arc::new(self.method(b"", "_OTHER".into())));
        Arc::clone(other)
    }

    fn method(&self, name: &[u8], shown: SharedString) -> Method {
        let names = match self.side {
            Side::Server => &SERVER,
            Side::Client => &CLIENT,
        };
        let mut labels = self.labels.clone();
        labels.push(Label::from_static_parts("rpc.system.name", "thrift"));
        labels.push(Label::new("rpc.method", shown));
        let (request, response) = with_recorder(|recorder| {
            let descriptions = [
                (names.duration, Unit::Seconds, "Duration of calls."),
                (names.request, Unit::Bytes, "Size of the arguments of calls."),
                (names.response, Unit::Bytes, "Size of the results of calls."),
            ];
            for (name, unit, text) in descriptions {
                recorder.describe_histogram(name.into(), Some(unit), text.into());
            }
            let size = |name: &'static str| {
                recorder.register_histogram(&Key::from_parts(name, labels.clone()), &METADATA)
            };
            (size(names.request), size(names.response))
        });
        Method {
            name: name.into(),
            names,
            labels,
            success: OnceLock::new(),
            exception: OnceLock::new(),
            abandoned: OnceLock::new(),
            errors: Mutex::default(),
            request,
            response,
        }
    }
}

impl Method {
    /// Records the size of the arguments, in bytes.
    pub(super) fn request(&self, size: usize) {
        self.request.record(size as f64);
    }

    /// Records the size of the result, in bytes.
    pub(super) fn response(&self, size: usize) {
        self.response.record(size as f64);
    }

    /// Records a call that has ended.
    pub(super) fn ended(&self, outcome: &Outcome, seconds: f64) {
        let durations = match outcome {
            Outcome::Success => &self.success,
            Outcome::DeclaredException => &self.exception,
            Outcome::Abandoned => &self.abandoned,
            Outcome::Failed(error) => return self.failed(outcome, error.kind().name(), seconds),
        };
        durations.get_or_init(|| self.durations(outcome, None)).record(seconds);
    }

    #[cold]
    fn failed(&self, outcome: &Outcome, kind: &'static str, seconds: f64) {
        // A recorder that panics leaves it as it was.
        let mut errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        let at = errors.iter().position(|(known, _)| *known == kind).unwrap_or_else(|| {
            errors.push((kind, self.durations(outcome, Some(kind))));
            errors.len() - 1
        });
        if let Some((_, durations)) = errors.get(at) {
            durations.record(seconds);
        }
    }

    fn durations(&self, outcome: &Outcome, error: Option<&'static str>) -> Histogram {
        let mut labels = self.labels.clone();
        labels.push(Label::from_static_parts("thrift.outcome", outcome.word()));
        labels.extend(error.map(|kind| Label::from_static_parts("error.type", kind)));
        let key = Key::from_parts(self.names.duration, labels);
        with_recorder(|recorder| recorder.register_histogram(&key, &METADATA))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_names_takes_the_memory_of_the_places() {
        let methods = Methods::new(Side::Client, Vec::new());
        let names = || (0..2 * PLACES).map(|number| MethodName::from(format!("method{number}")));
        for name in names() {
            assert!(methods.get(&name).is_none());
            methods.learn(&name);
        }
        let known = names().filter(|name| methods.get(name).is_some()).count();
        assert_eq!(known, methods.places.iter().filter(|place| place.get().is_some()).count());
        assert!(known > PLACES / 2, "{known} of {PLACES}");
        assert!(methods.other.get().is_some());
    }

    #[test]
    fn a_method_is_learned_once_and_a_name_that_no_idl_has_never() {
        let methods = Methods::new(Side::Server, Vec::new());
        let (plain, mut multiplexed) =
            (MethodName::from("get"), MethodName::multiplexed("Store", "get"));
        let first = methods.learn(&multiplexed);
        multiplexed.dispatch("Store".len());
        assert!(Arc::ptr_eq(&first, &methods.learn(&multiplexed)), "within and around the service");
        assert!(methods.get(&plain).is_none());
        for name in ["x".repeat(LONGEST + 1), String::new()] {
            let name = MethodName::from(name);
            assert!(Arc::ptr_eq(&methods.learn(&name), &methods.other()));
            assert!(methods.get(&name).is_none());
        }
    }
}
