//! Random values of random types, as peers may send them: fields in any order, twice, of another
//! type, unknown or missing. What generated code makes of them in each protocol, views and options
//! included, is what a plain reading of the schema says (D10, D11, D12, D15). Types that are loaded at
//! run time make the same of them.
//!
//! `RANDOM_CASES` says how many values are tried in each protocol, `RANDOM_SEED` which. The IDL is made
//! by a program as well; this writes it anew:
//!
//! ```text
//! cargo test -p thriftly-tests --test random_schemas -- --ignored
//! ```

use serde::de::DeserializeSeed;
use thriftly::dynamic::{self, Idl};
use thriftly::{
    Bytes, Decode, Encode, ErrorKind, Limits, Protocol, Result, TType, binary, compact, json,
    simple_json, thriftpy_json,
};
use thriftly_tests::cases::{Case, cases};
use thriftly_tests::form::{FORMS, Form};
use thriftly_tests::instance::Manner;
use thriftly_tests::random::Random;
use thriftly_tests::schema::{IdlFile, Kind, Presence, Reach, Schema, Type};
use thriftly_tests::value::Value;

const ITEMS: usize = 40;
const FILE: IdlFile = IdlFile { name: "random.thrift", test: "random_schemas" };

fn schema() -> Schema {
    Schema::random(5, ITEMS, Reach::Ours)
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

mod plain {
    thriftly::thrift!(
        "../idl/random.thrift",
        warnings: hidden,
        views: true,
        derive: [serde::Serialize],
    );
}

mod keeping {
    thriftly::thrift!(
        "../idl/random.thrift",
        warnings: hidden,
        maps: hashed,
        strings: small,
        binary: small,
        unknown_fields: kept,
    );
}

/// Reads a value in one protocol, and writes it in another.
type Carry = fn(Form, &[u8], Form) -> Result<Vec<u8>>;

fn carry<T: Encode + for<'de> Decode<'de>>(from: Form, bytes: &[u8], to: Form) -> Result<Vec<u8>> {
    to.try_write(&from.read::<T>(bytes)?)
}

/// As [`carry`], by a type that borrows.
macro_rules! carry_view {
    ($view:ty) => {
        |from, bytes, to| match from {
            Form::Binary => to.try_write(&binary::from_slice::<$view>(bytes)?),
            Form::Compact => to.try_write(&compact::from_slice::<$view>(bytes)?),
            Form::Json => json::read(bytes, TType::STRUCT, &Limits::DEFAULT, |r| {
                to.try_write(&<$view>::decode(r)?)
            }),
        }
    };
}

/// A value of a generated type in the protocols that name fields.
struct Named {
    /// By serde.
    json: serde_json::Value,
    /// By serde, as a format that people do not read has it.
    cbor: ciborium::Value,
    /// If it has no keys but scalars.
    simple: Option<String>,
    thriftpy: Vec<u8>,
}

fn named<T: serde::Serialize + Encode + for<'de> Decode<'de>>(bytes: &[u8]) -> Named {
    let value: T = binary::from_slice(bytes).expect("it is understood");
    Named {
        json: serde_json::to_value(&value).expect("serde_json can express it"),
        cbor: ciborium::Value::serialized(&value).expect("CBOR can express it"),
        simple: simple_json::to_string(&value).ok(),
        thriftpy: thriftpy_json::to_vec(&value).expect("ThriftPy can express it"),
    }
}

macro_rules! carries {
    ($($name:ident $(as $view:ident)?),*) => {
        const NAMES: [fn(&[u8]) -> Named; ITEMS] = [$(named::<plain::$name>),*];

        /// Every type with its name and the ways to carry it: as it is, with options, and by its
        /// view if it has one.
        const CARRIES: [(&str, &[Carry]); ITEMS] = [$((
            stringify!($name),
            &[carry::<plain::$name>, carry::<keeping::$name> $(, carry_view!(plain::$view<'_>))?],
        )),*];
    };
}

carries! {
    S0 as S0Ref, S1, S2 as S2Ref, U3 as U3Ref, X4 as X4Ref, S5 as S5Ref, S6 as S6Ref, S7,
    U8 as U8Ref, S9 as S9Ref, S10 as S10Ref, S11 as S11Ref, S12 as S12Ref, U13 as U13Ref,
    X14 as X14Ref, S15, S16 as S16Ref, S17, U18, S19 as S19Ref, S20 as S20Ref, S21, S22 as S22Ref,
    U23 as U23Ref, X24 as X24Ref, S25, S26 as S26Ref, S27 as S27Ref, U28 as U28Ref, S29, S30, S31,
    S32, U33 as U33Ref, X34 as X34Ref, S35 as S35Ref, S36, S37 as S37Ref, U38 as U38Ref,
    S39 as S39Ref
}

fn loaded() -> Idl {
    Idl::load(FILE.path()).expect("it has no errors")
}

/// Tries many values that come in a protocol.
fn values_come_back(from: Form) {
    let schema = schema();
    let idl = loaded();
    let keeping = loaded().keep_unknown_fields(true);
    let types = schema.items.iter().zip(CARRIES).enumerate();
    let types: Vec<_> = types
        .map(|(number, (item, (name, carries)))| {
            assert_eq!(item.name, name);
            (name, Type::Item(number), schema.fits_json(&Type::Item(number)), carries)
        })
        .filter(|(_, _, json, _)| *json || from != Form::Json)
        .collect();
    assert!(types.len() > ITEMS / 2, "only {} types", types.len());
    for number in cases(100_000) {
        let mut random = Random::new(number);
        let (name, ty, json, carries) = &types[number as usize % types.len()];
        let manner = Manner { json: *json, messy: random.below(8) > 0 };
        let value = schema.instance(ty, 3, manner, &mut random);
        let _case = Case { number, name, value: &value };

        let way = random.below(carries.len());
        let to = if *json { FORMS[random.below(3)] } else { FORMS[random.below(2)] };
        let (carry, kept) = (carries[way], way == 1);
        let found = carry(from, &from.encode(&value), to).expect("it is understood");
        let expected = to.encode(&schema.understood(&value, ty, kept));
        // Mostly, sets and maps come in the order that they have here.
        if found != expected {
            assert_eq!(to.decode(&found), to.decode(&expected), "from {from:?} to {to:?}");
        }
        if !kept {
            assert_eq!(carry(to, &found, to).expect("it is our own"), found, "{to:?}");
        }

        if number % 4 != 0 {
            continue;
        }
        let ty = if kept { &keeping } else { &idl }.ty(name).expect("it is declared");
        let read = ty.decode(from.encode(&value), from.protocol()).expect("it is understood");
        let dynamic = ty.encode(&read, to.protocol()).expect("it is of the type");
        if dynamic != expected {
            assert_eq!(to.decode(&dynamic), to.decode(&expected), "from {from:?} to {to:?}");
        }
    }
}

#[test]
fn values_that_come_in_binary_come_back() {
    values_come_back(Form::Binary);
}

#[test]
fn values_that_come_in_compact_come_back() {
    values_come_back(Form::Compact);
}

#[test]
fn values_that_come_in_json_come_back() {
    values_come_back(Form::Json);
}

#[test]
fn values_of_loaded_types_are_named_as_those_of_generated_types() {
    let (schema, idl) = (schema(), loaded());
    let mut known = 0;
    for number in cases(5_000) {
        let mut random = Random::new(number);
        let at = number as usize % ITEMS;
        let (name, ty) = (CARRIES[at].0, idl.ty(CARRIES[at].0).expect("it is declared"));
        let manner = Manner { json: false, messy: random.below(8) > 0 };
        let value = schema.instance(&Type::Item(at), 3, manner, &mut random);
        let _case = Case { number, name, value: &value };
        let bytes = value.binary();
        let Named { json, cbor, simple, thriftpy } = NAMES[at](&bytes);

        let value = ty.decode(bytes, Protocol::Binary).expect("it is understood");
        assert_eq!(ty.to_simple_json(&value).ok(), simple);
        let found = ty.encode(&value, Protocol::ThriftPyJson).expect("ThriftPy can express it");
        assert_eq!(Bytes::from(thriftpy), found);
        assert_eq!(serde_json::to_value(&value).expect("serde_json can express it"), json);

        let read = ty.clone().deserialize(json).expect("it is of the type");
        // What has no name is left out, and of unions only generated ones say so.
        // As text, because these formats have one NaN.
        let shown = format!("{value:?}");
        let is_known = !shown.contains("unrecognized");
        if is_known {
            assert_eq!(format!("{read:?}"), shown);
            let found = ciborium::Value::serialized(&value).expect("CBOR can express it");
            assert_eq!(format!("{found:?}"), format!("{cbor:?}"));
            let found: dynamic::Value = cbor.deserialized().expect("it is a value");
            let read = ty.convert(found).expect("it is of the type");
            assert_eq!(format!("{read:?}"), shown);
        }
        known += u32::from(is_known);
    }
    assert!(known > 100, "only {known} values");
}

#[test]
fn a_required_field_that_is_missing_is_named() {
    let schema = schema();
    let idl = loaded();
    let mut random = Random::new(1);
    let mut count = 0;
    for (number, item) in schema.items.iter().enumerate().filter(|(_, i)| i.kind != Kind::Union) {
        let ty = Type::Item(number);
        for (at, field) in item.fields.iter().enumerate() {
            if field.presence != Presence::Required {
                continue;
            }
            count += 1;
            let json = schema.fits_json(&ty);
            let manner = Manner { json, messy: false };
            let Value::Struct(mut fields) = schema.instance(&ty, 3, manner, &mut random) else {
                panic!("{} is no struct", item.name)
            };
            fields.retain(|(id, _)| *id != field.id);
            for form in FORMS.into_iter().filter(|form| json || *form != Form::Json) {
                for carry in CARRIES[number].1 {
                    let bytes = form.encode(&Value::Struct(fields.clone()));
                    let error = carry(form, &bytes, form).expect_err("a field is missing");
                    assert_eq!(error.kind(), ErrorKind::MissingField);
                    assert_eq!(error.path(), format!("{}.f{at}", item.name));
                }
                let bytes = form.encode(&Value::Struct(fields.clone()));
                let ty = idl.ty(&item.name).expect("it is declared");
                let error = ty.decode(bytes, form.protocol()).expect_err("a field is missing");
                assert_eq!(error.kind(), ErrorKind::MissingField);
                assert_eq!(error.path(), format!("{}.f{at}", item.name));
            }
        }
    }
    assert!(count > 20, "only {count} fields");
}
