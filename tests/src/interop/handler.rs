//! The handler of the interop server, for the async and the blocking server.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Mutex;

use thriftly::{Bytes, Error, Result, Uuid};

use super::idl::interop::{
    Base, BlockingBase, BlockingInterop, BlockingSecond, Choice, Color, Containers, Empty,
    FailError, FailVoidError, Gaps, Interop, NotFound, Oops, Options, Scalars, Second, Tree,
};
use super::idl::interop_uuid::UuidBox;
use super::idl::{BlockingServed, Served};

/// Answers all methods of the interop services.
#[derive(Debug, Default)]
pub(super) struct Handler {
    /// How many times `fire` was called with each token.
    fired: Mutex<HashMap<String, i32>>,
}

/// Methods that return their argument.
macro_rules! echo {
    ($($method:ident($type:ty)),* $(,)? $(; $async:ident)?) => { echo!(@ [$($async)?] $($method($type))*); };
    (@ $async:tt $($method:ident($type:ty))*) => { $(echo!(# $async $method($type));)* };
    (# [$($async:ident)?] $method:ident($type:ty)) => {
        $($async)? fn $method(&self, v: $type) -> Result<$type> {
            Ok(v)
        }
    };
}

/// Both traits from one set of bodies: `async fn` or `fn` is the only difference.
macro_rules! handler {
    ($base:ident, $interop:ident, $served:ident, $second:ident $(, $async:ident)?) => {
        impl $base for Handler {
            $($async)? fn whoami(&self) -> Result<String> {
                Ok(concat!("rust thriftly ", env!("CARGO_PKG_VERSION")).into())
            }
        }

        impl $interop for Handler {
            echo! {
                echo_bool(bool), echo_i8(i8), echo_i16(i16), echo_i32(i32), echo_i64(i64), echo_double(f64),
                echo_string(String), echo_binary(Bytes), echo_enum(Color), echo_list(Vec<i32>),
                echo_set(BTreeSet<String>), echo_map(BTreeMap<String, i32>), echo_empty(Empty),
                echo_scalars(Scalars), echo_gaps(Gaps), echo_containers(Containers), echo_options(Options),
                echo_choice(Choice), echo_tree(Tree) $(; $async)?
            }
            $($async)? fn ping(&self) -> Result<()> {
                Ok(())
            }
            $($async)? fn describe_options(&self, v: Options) -> Result<String> {
                Ok(describe_options(&v))
            }
            $($async)? fn describe_choice(&self, v: Choice) -> Result<String> {
                Ok(describe_choice(&v))
            }
            $($async)? fn tree_depth(&self, v: Tree) -> Result<i32> {
                Ok(depth(&v))
            }
            $($async)? fn mix(&self, a: i32, b: i64, c: Vec<String>) -> Result<i64> {
                Ok(i64::from(a) + 10 * b + 100 * c.len() as i64)
            }
            $($async)? fn fail(&self, kind: i32) -> Result<String, FailError> {
                fail(kind)
            }
            $($async)? fn fail_void(&self, kind: i32) -> Result<(), FailVoidError> {
                match kind {
                    0 => Ok(()),
                    _ => Err(Oops { code: 1002, reason: "void".into() }.into()),
                }
            }
            $($async)? fn fire(&self, token: String) -> Result<()> {
                *self.fired.lock().expect("it is not poisoned").entry(token).or_default() += 1;
                Ok(())
            }
            $($async)? fn fired(&self, token: String) -> Result<i32> {
                let fired = self.fired.lock().expect("it is not poisoned");
                Ok(fired.get(&token).copied().unwrap_or_default())
            }
        }

        impl $served for Handler {
            echo! { echo_uuid(Uuid), echo_uuid_box(UuidBox) $(; $async)? }
        }

        impl $second for Handler {
            $($async)? fn greet(&self, name: String) -> Result<String> {
                Ok(format!("hello {name}"))
            }
            $($async)? fn add(&self, a: i32, b: i32) -> Result<i32> {
                Ok(a.wrapping_add(b))
            }
        }
    };
}

handler!(Base, Interop, Served, Second, async);
handler!(BlockingBase, BlockingInterop, BlockingServed, BlockingSecond);

#[expect(clippy::result_large_err, reason = "the methods of the handlers have the same result")]
fn fail(kind: i32) -> Result<String, FailError> {
    match kind {
        0 => Ok("ok".into()),
        1 => Err(Oops { code: 1001, reason: "declared".into() }.into()),
        2 => {
            let nearest = Scalars { text: Some("near".into()), ..Scalars::default() };
            Err(NotFound { key: "k".into(), nearest }.into())
        }
        _ => Err(Error::internal("an error that the IDL does not declare").into()),
    }
}

fn describe_options(options: &Options) -> String {
    fn text<T: ToString>(value: Option<&T>) -> String {
        value.map_or_else(|| "-".into(), T::to_string)
    }
    let Options { id, note, count, label, level, ready } = options;
    let (note, count, ready) = (text(note.as_ref()), text(count.as_ref()), text(ready.as_ref()));
    format!("id={id} note={note} count={count} label={label} level={level} ready={ready}")
}

fn describe_choice(choice: &Choice) -> String {
    match choice {
        Choice::Number(number) => format!("number:{number}"),
        Choice::Text(text) => format!("text:{text}"),
        Choice::Record(record) => format!("record:{}", record.text.as_deref().unwrap_or_default()),
        Choice::Many(many) => format!("many:{}", many.len()),
        Choice::Unrecognized(_) => "none".into(),
    }
}

fn depth(tree: &Tree) -> i32 {
    1 + tree.kids.iter().map(depth).max().unwrap_or_default()
}
