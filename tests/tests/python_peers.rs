//! The codec beside Apache Python and thriftpy2 (D16): random values of random types, which we make and
//! they read and write again, and which they make and we read and write again.
//!
//! `RANDOM_CASES` says how many values are tried in each protocol and direction, `RANDOM_SEED` which. The IDL
//! is made by a program as well; this writes it anew:
//!
//! ```text
//! cargo test -p thriftly-tests --test python_peers -- --ignored
//! ```

use std::collections::HashSet;
use std::path::Path;

use thriftly::{Decode, Encode, Result};
use thriftly_tests::cases::{Case, cases};
use thriftly_tests::form::Form;
use thriftly_tests::instance::Manner;
use thriftly_tests::peers::{APACHE, Answerer, THRIFTPY2, python};
use thriftly_tests::random::Random;
use thriftly_tests::schema::{IdlFile, Reach, Schema, Type};

const ITEMS: usize = 24;
/// In each protocol and direction.
const VALUES: u64 = 4000;
const FILE: IdlFile = IdlFile { name: "peers.thrift", test: "python_peers" };

fn schema() -> Schema {
    Schema::random(8, ITEMS, Reach::Peers)
}

#[test]
fn the_idl_is_the_one_that_is_made() {
    FILE.expect(&schema());
}

#[test]
#[ignore = "it writes the IDL"]
fn make_the_idl() {
    FILE.write(&schema());
}

mod idl {
    thriftly::thrift!("../idl/peers.thrift", warnings: hidden);
}

/// Reads a value, and writes it again, in the same protocol.
type Again = fn(Form, &[u8]) -> Result<Vec<u8>>;

fn again<T: Encode + for<'de> Decode<'de>>(form: Form, bytes: &[u8]) -> Result<Vec<u8>> {
    form.try_write(&form.read::<T>(bytes)?)
}

macro_rules! types {
    ($($name:ident)*) => {
        /// Every type with its name.
        const TYPES: [(&str, Again); ITEMS] = [$((stringify!($name), again::<idl::$name>)),*];
    };
}

types! { S0 S1 S2 U3 X4 S5 S6 S7 U8 S9 S10 S11 S12 U13 X14 S15 S16 S17 U18 S19 S20 S21 S22 U23 }

/// The program with both peers.
struct Peers(Answerer);

impl Peers {
    fn start() -> Peers {
        let python = python(Path::new(env!("CARGO_TARGET_TMPDIR")), &[APACHE, THRIFTPY2]);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/values_peer.py");
        Peers(Answerer::start(&python, [script, FILE.path()]))
    }

    fn ask(&mut self, line: &str, value: &[u8]) -> Vec<u8> {
        self.try_ask(line, value).unwrap_or_else(|error| panic!("{line}: {error}"))
    }

    fn try_ask(&mut self, line: &str, value: &[u8]) -> Result<Vec<u8>, String> {
        let mut answer = self.0.ask(&[line.as_bytes(), b"\n", value].concat());
        let rest = answer.split_off(1);
        match &answer[..] {
            b"+" => Ok(rest),
            _ => Err(String::from_utf8_lossy(&rest).into_owned()),
        }
    }
}

/// Values go there and back in one protocol of a peer.
fn equal(protocol: &str, form: Form) {
    let mut peers = Peers::start();
    let names = String::from_utf8(peers.ask("names", b"")).expect("names are text");
    let (protocols, items) = names.split_once('\n').expect("protocols and items");
    assert_eq!(items.split(' ').collect::<Vec<_>>(), TYPES.map(|(name, _)| name));
    let protocols: HashSet<&str> = protocols.split(' ').collect();
    if !protocols.contains(protocol) {
        assert!(protocol.ends_with("-in-c"), "there is no {protocol}");
        eprintln!("{protocol} is not there: it was not compiled when the package was installed");
        return;
    }
    let schema = schema();
    let mut same = 0;
    for number in cases(VALUES) {
        let at = number as usize % ITEMS;
        let (name, again) = TYPES[at];
        let _case = Case { number, name, value: protocol };

        // Ours, to them and back.
        let manner = Manner { json: form == Form::Json, messy: false };
        let value = schema.instance(&Type::Item(at), 3, manner, &mut Random::new(number));
        let ours = again(form, &form.encode(&value)).expect("it is a value");
        let theirs = peers.ask(&format!("again {protocol} {name}"), &ours);
        if theirs == ours {
            same += 1;
        } else {
            assert_eq!(form.decode(&theirs), form.decode(&ours));
        }
        // Their order of sets and maps is not ours.
        assert_eq!(again(form, &theirs).expect("it is a value"), ours);

        // Theirs, to us and back.
        let theirs = peers.ask(&format!("make {protocol} {name} {number}"), b"");
        let ours = again(form, &theirs).expect("it is a value");
        assert_eq!(form.decode(&ours), form.decode(&theirs));
        peers.ask(&format!("same {protocol} {name} {number}"), &ours);
    }
    // Python has an order of its own for sets, and C of its own for what is escaped in JSON.
    let all = cases(VALUES).count();
    let expected = if protocol.starts_with("thriftpy2") { all } else { all / 2 };
    assert!(same >= expected, "only {same} of {all} values have the same bytes");
    println!("{protocol}: {same} of {all} values have the same bytes");
}

/// Different and missing values are detected by the other side.
#[test]
fn differences_are_noticed() {
    let mut peers = Peers::start();
    for protocol in ["apache-binary", "apache-compact", "apache-json", "thriftpy2-binary"] {
        let theirs = peers.ask(&format!("make {protocol} S0 1"), b"");
        peers.ask(&format!("same {protocol} S0 1"), &theirs);
        let error = peers.try_ask(&format!("same {protocol} S0 2"), &theirs);
        assert!(error.expect_err("it is another").contains("read, but made was"));
        peers.try_ask(&format!("again {protocol} S0"), &theirs[..4]).expect_err("it is cut");
    }
}

#[test]
fn apache_binary() {
    equal("apache-binary", Form::Binary);
}

#[test]
fn apache_binary_in_c() {
    equal("apache-binary-in-c", Form::Binary);
}

#[test]
fn apache_compact() {
    equal("apache-compact", Form::Compact);
}

#[test]
fn apache_compact_in_c() {
    equal("apache-compact-in-c", Form::Compact);
}

#[test]
fn apache_json() {
    equal("apache-json", Form::Json);
}

#[test]
fn thriftpy2_binary() {
    equal("thriftpy2-binary", Form::Binary);
}

#[test]
fn thriftpy2_binary_in_cython() {
    equal("thriftpy2-cython", Form::Binary);
}

#[test]
fn thriftpy2_compact() {
    equal("thriftpy2-compact", Form::Compact);
}
