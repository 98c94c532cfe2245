//! D5: nesting of more than 64 levels is rejected before a small stack is exhausted.

use thriftly::{ErrorKind, Limits};

use crate::types::{Read, idl, ways};
use thriftly_tests::form::{FORMS, Form, kind};

/// Bytes that are nested: what opens a level, what stands in the innermost, what closes a level,
/// and how many levels there are without any of that.
struct Nest {
    open: Vec<u8>,
    inner: Vec<u8>,
    close: Vec<u8>,
    levels: usize,
}

impl Nest {
    fn to(&self, depth: usize) -> Vec<u8> {
        let times = depth - self.levels;
        [self.open.repeat(times), self.inner.clone(), self.close.repeat(times)].concat()
    }
}

fn nest(open: &[u8], inner: &[u8], close: &[u8], levels: usize) -> Nest {
    Nest { open: open.into(), inner: inner.into(), close: close.into(), levels }
}

/// Every sort of nesting, as the type that understands it; and as one that does not.
fn nests(form: Form) -> Vec<(&'static str, Nest)> {
    match form {
        Form::Binary => vec![
            // Struct in struct, by an optional field.
            ("Node", nest(b"\x0c\0\x02", b"\0", b"\0", 1)),
            // Exception in exception, union in union.
            ("Fault", nest(b"\x0c\0\x03", b"\0", b"\0", 1)),
            ("Tree", nest(b"\x0c\0\x04", b"\0", b"\0", 1)),
            // Unknown struct in unknown struct.
            ("Nothing", nest(b"\x0c\0\x63", b"\0", b"\0", 1)),
            // A list and a struct with each step: the struct around is a level, the list another.
            ("Node", nest(b"\x0f\0\x03\x0c\0\0\0\x01", b"\0", b"\0", 1)),
            ("Tree", nest(b"\x0f\0\x03\x0c\0\0\0\x01", b"\0", b"\0", 1)),
            ("Node", nest(b"\x0d\0\x04\x08\x0c\0\0\0\x01\0\0\0\x07", b"\0", b"\0", 1)),
        ],
        Form::Compact => vec![
            ("Node", nest(b"\x2c", b"\0", b"\0", 1)),
            ("Fault", nest(b"\x3c", b"\0", b"\0", 1)),
            ("Tree", nest(b"\x4c", b"\0", b"\0", 1)),
            ("Nothing", nest(b"\xfc", b"\0", b"\0", 1)),
            ("Node", nest(b"\x39\x1c", b"\0", b"\0", 1)),
            ("Tree", nest(b"\x39\x1c", b"\0", b"\0", 1)),
            ("Node", nest(b"\x4b\x01\x5c\x0e", b"\0", b"\0", 1)),
        ],
        Form::Json => vec![
            ("Node", nest(br#"{"2":{"rec":"#, b"{}", b"}}", 1)),
            ("Fault", nest(br#"{"3":{"rec":"#, b"{}", b"}}", 1)),
            ("Tree", nest(br#"{"4":{"rec":"#, b"{}", b"}}", 1)),
            ("Nothing", nest(br#"{"99":{"rec":"#, b"{}", b"}}", 1)),
            ("Node", nest(br#"{"3":{"lst":["rec",1,"#, b"{}", b"]}}", 1)),
            ("Tree", nest(br#"{"3":{"lst":["rec",1,"#, b"{}", b"]}}", 1)),
            ("Node", nest(br#"{"4":{"map":["i32","rec",1,{"7":"#, b"{}", b"}]}}", 1)),
        ],
    }
}

/// What opens two levels with each step.
fn steps(nest: &Nest) -> usize {
    let bytes = &nest.open;
    let two =
        [&b"\x0f"[..], b"\x0d", b"\x39", b"\x4b"].iter().any(|start| bytes.starts_with(start));
    if two || bytes.windows(3).any(|word| word == b"lst" || word == b"map") { 2 } else { 1 }
}

/// Runs on a stack of 256 KiB, as threads of small servers have. Without optimisation, what is
/// decoded takes room for each field several times, so there it is three times that.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let size = if cfg!(debug_assertions) { 768 } else { 256 };
    let thread = std::thread::Builder::new().stack_size(size << 10).spawn(work);
    thread.expect("a thread").join().expect("it does not overflow");
}

fn check(form: Form, name: &str, read: Read, nest: &Nest) {
    let steps = steps(nest);
    // One level for the innermost struct, and so many for each step around it.
    let at_most = 63 / steps + 1;
    let context = |depth: usize| {
        format!("{form:?} {name}, {depth} times {:?}", nest.open.escape_ascii().to_string())
    };
    assert_eq!(kind(read(form, &nest.to(at_most))), Ok(()), "{}", context(at_most));
    for depth in [at_most + 1, 10_000] {
        let error = kind(read(form, &nest.to(depth)));
        assert_eq!(error, Err(ErrorKind::DepthLimit), "{}", context(depth));
    }
}

#[test]
fn d5_nesting_above_the_limit_is_rejected() {
    for form in FORMS {
        on_a_small_stack(move || {
            for (name, nest) in nests(form) {
                for read in ways(name) {
                    check(form, name, *read, &nest);
                }
                // As what is not known, too.
                check(form, "Nothing", Form::pass, &nest);
            }
        });
    }
}

#[test]
fn d5_a_million_levels_are_refused() {
    for form in FORMS {
        on_a_small_stack(move || {
            for (name, nest) in nests(form) {
                let bytes = nest.to(1_000_000);
                for read in ways(name).iter().chain([&(Form::pass as Read)]) {
                    assert_eq!(
                        kind(read(form, &bytes)),
                        Err(ErrorKind::DepthLimit),
                        "{form:?} {name}"
                    );
                }
            }
        });
    }
}

/// Lists in lists and maps in maps without any struct between them: only what is unknown can be
/// so deep.
#[test]
fn d5_containers_in_containers_are_levels() {
    on_a_small_stack(|| {
        for (form, list, map) in [
            (
                Form::Binary,
                nest(b"\x0f\0\0\0\x01", b"\x08\0\0\0\0", b"", 1),
                nest(b"\x08\x0d\0\0\0\x01\0\0\0\x07", b"\x08\x08\0\0\0\0", b"", 1),
            ),
            (Form::Compact, nest(b"\x19", b"\x05", b"", 1), nest(b"\x01\x5b\x0e", b"\0", b"", 1)),
            (
                Form::Json,
                nest(br#"["lst",1,"#, br#"["i32",0]"#, b"]", 1),
                nest(br#"["i32","map",1,{"7":"#, br#"["i32","i32",0,{}]"#, b"}]", 1),
            ),
        ] {
            let around = |nest: &Nest, depth: usize, list: bool| -> Vec<u8> {
                let (before, after): (&[u8], &[u8]) = match (form, list) {
                    (Form::Binary, true) => (b"\x0f\0\x63", b"\0"),
                    (Form::Binary, false) => (b"\x0d\0\x63", b"\0"),
                    (Form::Compact, true) => (b"\xf9", b"\0"),
                    (Form::Compact, false) => (b"\xfb", b"\0"),
                    (Form::Json, true) => (br#"{"99":{"lst":"#, b"}}"),
                    (Form::Json, false) => (br#"{"99":{"map":"#, b"}}"),
                };
                [before, &nest.to(depth), after].concat()
            };
            for read in ways("Nothing").iter().chain([&(Form::pass as Read)]) {
                for (nest, is_list) in [(&list, true), (&map, false)] {
                    // The struct around them is a level, too.
                    let found = [63, 64, 1_000_000]
                        .map(|depth| kind(read(form, &around(nest, depth, is_list))));
                    let deep = Err(ErrorKind::DepthLimit);
                    assert_eq!(found, [Ok(()), deep, deep], "{form:?}");
                }
            }
        }
    });
}

/// The limit is a setting: what may be deeper is.
#[test]
fn d5_the_limit_can_be_set() {
    for form in FORMS {
        for (depth, expected) in [(7, Ok(())), (6, Err(ErrorKind::DepthLimit))] {
            let limits = Limits { depth, ..Limits::DEFAULT };
            let nests = nests(form);
            let (_, nest) = nests.first().expect("there is one");
            let result = form.read_with::<idl::Node>(&nest.to(7), &limits);
            assert_eq!(kind(result), expected, "{form:?}");
        }
    }
}
