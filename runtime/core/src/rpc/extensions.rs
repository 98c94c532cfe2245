//! Values attached to calls and replies by layers.

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::Arc;

/// A type map attached to a request or response within this process. It is never sent to a peer.
///
/// A layer inserts values, a handler reads them from its [`Context`](crate::Context). Clones share
/// the values. An empty map does not allocate.
///
/// ```
/// use thriftly::Extensions;
///
/// #[derive(Debug, PartialEq)]
/// struct User(String);
///
/// let mut extensions = Extensions::default();
/// assert_eq!(extensions.insert(User("ada".into())), None);
/// assert_eq!(extensions.get::<User>().map(|user| &*user.0), Some("ada"));
/// assert!(extensions.get::<u32>().is_none());
/// ```
#[derive(Clone, Default)]
pub struct Extensions {
    /// Few: a search is faster than a hash.
    values: Vec<(TypeId, Arc<dyn Any + Send + Sync>)>,
}

impl Extensions {
    /// Inserts a value and returns the previous one of the same type.
    pub fn insert<T: Send + Sync + 'static>(&mut self, value: T) -> Option<Arc<T>> {
        let (id, value) = (TypeId::of::<T>(), Arc::new(value));
        match self.values.iter_mut().find(|(of, _)| *of == id) {
            Some((_, place)) => std::mem::replace(place, value).downcast().ok(),
            None => {
                self.values.push((id, value));
                None
            }
        }
    }

    /// The value of a type.
    pub fn get<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.find::<T>()?.downcast_ref()
    }

    /// The shared value of a type.
    pub fn get_arc<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        Arc::clone(self.find::<T>()?).downcast().ok()
    }

    /// Removes and returns the value of a type.
    pub fn remove<T: Send + Sync + 'static>(&mut self) -> Option<Arc<T>> {
        let at = self.values.iter().position(|(of, _)| *of == TypeId::of::<T>())?;
        self.values.swap_remove(at).1.downcast().ok()
    }

    fn find<T: 'static>(&self) -> Option<&Arc<dyn Any + Send + Sync>> {
        self.values.iter().find(|(of, _)| *of == TypeId::of::<T>()).map(|(_, value)| value)
    }
}

/// Shows the number of values.
impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Extensions").field("values", &self.values.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_value_of_each_type() {
        let mut extensions = Extensions::default();
        assert!(extensions.insert(1_u32).is_none());
        assert!(extensions.insert("text").is_none());
        let copy = extensions.clone();
        assert_eq!(extensions.insert(2_u32).as_deref(), Some(&1));
        assert_eq!((extensions.get::<u32>(), copy.get::<u32>()), (Some(&2), Some(&1)));
        assert_eq!(copy.get_arc::<&str>().as_deref(), Some(&"text"));
        assert_eq!(extensions.remove::<&str>().as_deref(), Some(&"text"));
        assert_eq!(extensions.get::<&str>(), None);
    }
}
