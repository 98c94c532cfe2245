//! D5, X1: types that are large in memory, and what a few bytes make of them: on the stack, in boxes,
//! and by fields that are absent.

use std::collections::BTreeMap;
use std::sync::Arc;

use thriftly::{Decode, Encode, ErrorKind, Limits, ThriftStruct};

use crate::memory::{SLACK, measured};
use thriftly_tests::form::{FORMS, Form, kind};

mod idl {
    thriftly::thrift!(inline: r#"
        struct Fat {
            1: i64 a, 2: i64 b, 3: i64 c, 4: i64 d, 5: i64 e, 6: i64 f, 7: i64 g, 8: i64 h,
            9: uuid i, 10: uuid j, 11: uuid k, 12: uuid l, 13: uuid m, 14: uuid n, 15: uuid o, 16: uuid p
        }
        struct Fatter { 1: Fat a, 2: Fat b, 3: Fat c, 4: Fat d, 5: Fat e, 6: Fat f, 7: Fat g, 8: Fat h }
        struct Fattest { 1: Fatter a, 2: Fatter b, 3: Fatter c, 4: Fatter d, 5: Fatter e, 6: Fatter f }

        struct SmallNode { 1: optional SmallNode next, 2: list<SmallNode> many, 3: map<i32, SmallNode> named, 4: Fat fat }
        struct LargeNode { 1: optional LargeNode next, 2: list<LargeNode> many, 3: map<i32, LargeNode> named, 4: Fatter fat }
        struct HugeNode { 1: optional HugeNode next, 2: list<HugeNode> many, 3: map<i32, HugeNode> named, 4: Fattest fat }
        union LargeTree { 1: LargeTree next, 2: list<LargeTree> many, 3: map<i32, LargeTree> named, 4: Fatter fat }
        union HugeTree { 1: HugeTree next, 2: list<HugeTree> many, 3: map<i32, HugeTree> named, 4: Fattest fat }

        struct Defaults {
            1: list<i64> numbers = [
                1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25
            ],
            2: string text = "a default that takes more room than a field of its type does in place, if it is made",
            3: map<i32, string> names = { 1: "one", 2: "two", 3: "three" },
            4: set<i64> set = [1, 2, 3, 4, 5, 6],
        }
        const list<Defaults> MANY = [{}, {}, {}]
        struct Outer { 1: Defaults inside, 2: list<Defaults> again = MANY, 3: list<list<string>> words = [["a", "b"], ["c"]] }
        union Either { 1: Boxed boxed, 2: i32 number, 3: Fatter fat }
        struct Boxed { 1: Either either = {"number": 1} }
        struct Lists {
            1: list<SmallNode> small, 2: list<LargeNode> large, 3: list<Defaults> defaults, 4: list<Outer> outer,
            5: list<Boxed> boxed
        }
    "#, warnings: hidden);
}

/// Threads of std and tokio have a stack of 2 MiB, of which a quarter is for those who decode.
const STACK: usize = 7 << 18;

fn on_a_usual_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(work);
    thread.expect("a thread").join().expect("it does not overflow");
}

/// So many levels, one within the other by the field with the id: in place, in a list, in a map.
fn nested(form: Form, id: u8, levels: usize) -> Vec<u8> {
    let (open, close): (&[u8], &[u8]) = match (form, id) {
        (Form::Binary, 1) => (b"\x0c\0\x01", b"\0"),
        (Form::Binary, 2) => (b"\x0f\0\x02\x0c\0\0\0\x01", b"\0"),
        (Form::Binary, _) => (b"\x0d\0\x03\x08\x0c\0\0\0\x01\0\0\0\x07", b"\0"),
        (Form::Compact, 1) => (b"\x1c", b"\0"),
        (Form::Compact, 2) => (b"\x29\x1c", b"\0"),
        (Form::Compact, _) => (b"\x3b\x01\x5c\x0e", b"\0"),
        (Form::Json, 1) => (br#"{"1":{"rec":"#, b"}}"),
        (Form::Json, 2) => (br#"{"2":{"lst":["rec",1,"#, b"]}}"),
        (Form::Json, _) => (br#"{"3":{"map":["i32","rec",1,{"7":"#, b"}]}}"),
    };
    let inner: &[u8] = if form == Form::Json { b"{}" } else { b"\0" };
    [open.repeat(levels), inner.into(), close.repeat(levels)].concat()
}

/// Reads it at every depth, and returns the largest that is taken.
fn deepest<T: for<'de> Decode<'de>>(form: Form, id: u8) -> usize {
    let taken = |levels: usize| match kind(form.read::<T>(&nested(form, id, levels))) {
        Ok(()) => true,
        Err(ErrorKind::DepthLimit) => false,
        Err(other) => panic!("{other:?}"),
    };
    let deepest = (1..100).take_while(|&levels| taken(levels)).last().unwrap_or(0);
    assert!((deepest + 1..100).all(|levels| !taken(levels)));
    deepest
}

#[test]
fn d5_large_types_are_refused_before_the_stack_is_used_up() {
    for form in FORMS {
        for id in [1, 2, 3] {
            on_a_usual_stack(move || {
                // Each level of a container is two.
                let all = if id == 1 { 63 } else { 31 };
                assert_eq!(deepest::<idl::SmallNode>(form, id), all);
                let large = deepest::<idl::LargeNode>(form, id);
                let huge = deepest::<idl::HugeNode>(form, id);
                assert!(3 <= huge && huge < large && large <= all, "{huge} {large} {all}");
                let large = deepest::<idl::LargeTree>(form, id);
                let huge = deepest::<idl::HugeTree>(form, id);
                assert!(3 <= huge && huge < large && large <= all, "{huge} {large} {all}");
                assert!(large <= deepest::<Chain>(form, id));
            });
        }
    }
}

/// The same, written by hand.
#[derive(ThriftStruct)]
struct Chain {
    #[thrift(id = 1)]
    next: Option<Box<Chain>>,
    #[thrift(id = 2)]
    many: Vec<Chain>,
    #[thrift(id = 3)]
    named: BTreeMap<i32, Chain>,
    #[thrift(id = 4)]
    fat: idl::Fat,
    #[thrift(id = 5)]
    fatter: idl::Fatter,
}

#[derive(ThriftStruct)]
struct Pointers {
    #[thrift(id = 1)]
    boxes: Vec<Box<idl::Fattest>>,
    #[thrift(id = 2)]
    arcs: Vec<Arc<idl::Fattest>>,
    #[thrift(id = 3)]
    absent: Vec<Absent>,
    #[thrift(id = 4)]
    options: Vec<Boxed>,
    #[thrift(id = 5)]
    transparent: Vec<Transparent>,
    #[thrift(id = 6)]
    inner: Vec<Inner>,
}

#[derive(ThriftStruct)]
struct Absent {
    #[thrift(id = 1)]
    fat: Box<idl::Fatter>,
}

#[derive(ThriftStruct)]
struct Transparent {
    #[thrift(id = 1)]
    defaults: Named,
}

#[derive(Default, ThriftStruct)]
#[thrift(transparent)]
struct Named(idl::Defaults);

#[derive(ThriftStruct)]
struct Inner {
    #[thrift(id = 1)]
    fat: Option<Box<Option<idl::Fatter>>>,
}

#[derive(ThriftStruct)]
struct Boxed {
    #[thrift(id = 1)]
    fat: Box<Option<idl::Fatter>>,
}

/// A struct with a list of so many structs, each of these bytes.
fn list(form: Form, id: u8, count: usize, each: &[u8]) -> Vec<u8> {
    match form {
        Form::Binary => {
            let count = (count as u32).to_be_bytes();
            [&[15, 0, id, 12], &count[..], &each.repeat(count_of(&count)), &[0]].concat()
        }
        Form::Compact => {
            let varint: Vec<u8> = (0..5)
                .map(|at| (count >> (7 * at)) as u8 & 0x7f | if at < 4 { 0x80 } else { 0 })
                .collect();
            [&[id << 4 | 9, 0xfc], &varint[..], &each.repeat(count), &[0]].concat()
        }
        Form::Json => {
            let each = String::from_utf8_lossy(each);
            let elements = format!(",{each}").repeat(count);
            format!(r#"{{"{id}":{{"lst":["rec",{count}{elements}]}}}}"#).into_bytes()
        }
    }
}

fn count_of(bytes: &[u8; 4]) -> usize {
    u32::from_be_bytes(*bytes) as usize
}

/// Reads it, and checks that no more memory was taken than what the message and the budget allow:
/// estimates may be half of what it is.
fn within_budget<T: Encode + for<'de> Decode<'de>>(form: Form, bytes: &[u8]) {
    let (result, info) = measured(|| kind(form.read::<T>(bytes)));
    assert!(matches!(result, Ok(()) | Err(ErrorKind::MemoryLimit)), "{result:?}");
    let budget = Limits::DEFAULT.memory.max(4 * bytes.len());
    let most = 2 * budget + 8 * bytes.len() + SLACK;
    let taken = info.bytes_max;
    assert!(taken <= most as u64, "{form:?}: {taken} bytes for {} bytes", bytes.len());
    assert_eq!(info.bytes_current, 0);
}

#[test]
fn x1_boxes_and_defaults_are_paid_from_the_budget() {
    for form in FORMS {
        let empty: &[u8] = if form == Form::Json { b"{}" } else { b"\0" };
        for id in [1, 2] {
            let chain = nested(form, 1, 20);
            within_budget::<idl::Lists>(form, &list(form, id, 100_000, &chain));
        }
        for id in [3, 4, 5] {
            within_budget::<idl::Lists>(form, &list(form, id, 1_000_000, empty));
        }
        for id in [1, 2, 3, 4, 5, 6] {
            within_budget::<Pointers>(form, &list(form, id, 1_000_000, empty));
        }
        let fat = nested(form, 1, 1);
        within_budget::<Pointers>(form, &list(form, 6, 500_000, &fat));
        // Absent fields cost nothing.
        let absent = list(form, 6, 400_000, empty);
        assert_eq!(kind(form.read::<Pointers>(&absent)), Ok(()), "{form:?}");
    }
}

/// What a default takes is about what is taken for it.
#[test]
fn x1_defaults_are_charged_about_their_size() {
    for form in FORMS {
        let empty: &[u8] = if form == Form::Json { b"{}" } else { b"\0" };
        for id in [3, 4] {
            let bytes = list(form, id, 1000, empty);
            let (result, info) = measured(|| kind(form.read::<idl::Lists>(&bytes)));
            assert_eq!(result, Ok(()));
            let enough = info.bytes_max as usize * 2 + SLACK;
            let limits = Limits { memory: enough, ..Limits::DEFAULT };
            assert_eq!(kind(form.read_with::<idl::Lists>(&bytes, &limits)), Ok(()));
            let limits = Limits { memory: info.bytes_max as usize / 2, ..Limits::DEFAULT };
            let refused = kind(form.read_with::<idl::Lists>(&bytes, &limits));
            assert_eq!(refused, Err(ErrorKind::MemoryLimit), "{form:?} {id}");
        }
    }
}
