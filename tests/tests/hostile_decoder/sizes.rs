//! D2, D3, D4: sizes that cannot be meant cost nothing; the kind of the error says what is wrong.

use bytes::Bytes;
use thriftly::{ErrorKind, Limits, Result, TType, Uuid};

use crate::memory::frugal;
use crate::types::{Read, idl, ways};
use thriftly_tests::form::{FORMS, Form, kind};

/// The numbers of types in binary that are the ids of `Lists`, `Sets` and `Maps`, too; and what a
/// map there has for keys.
const ELEMENTS: [(TType, TType, &str); 12] = [
    (TType::BOOL, TType::BOOL, "tf"),
    (TType::I8, TType::I8, "i8"),
    (TType::DOUBLE, TType::DOUBLE, "dbl"),
    (TType::I16, TType::I16, "i16"),
    (TType::I32, TType::I32, "i32"),
    (TType::I64, TType::I64, "i64"),
    (TType::STRING, TType::STRING, "str"),
    (TType::STRUCT, TType::I32, "rec"),
    (TType::MAP, TType::I32, "map"),
    (TType::SET, TType::I32, "set"),
    (TType::LIST, TType::I32, "lst"),
    (TType::UUID, TType::UUID, "uid"),
];

/// The number of a type in the compact protocol.
fn compact(ty: TType) -> u8 {
    match ty {
        TType::BOOL => 1,
        TType::I8 => 3,
        TType::I16 => 4,
        TType::I32 => 5,
        TType::I64 => 6,
        TType::DOUBLE => 7,
        TType::STRING => 8,
        TType::LIST => 9,
        TType::SET => 10,
        TType::MAP => 11,
        TType::STRUCT => 12,
        _ => 13,
    }
}

fn varint(mut number: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// A struct with one container in the field with the id, which says that it has so many elements.
fn container(form: Form, id: u8, ty: TType, element: TType, key: TType, size: i32) -> Vec<u8> {
    let name = |ty: TType| ELEMENTS.iter().find(|(of, ..)| *of == ty).map_or("", |(.., name)| name);
    match (form, ty) {
        (Form::Binary, TType::MAP) => {
            [&[ty.0, 0, id, key.0, element.0], &size.to_be_bytes()[..], &[0]].concat()
        }
        (Form::Binary, _) => [&[ty.0, 0, id, element.0], &size.to_be_bytes()[..], &[0]].concat(),
        (Form::Compact, TType::MAP) => {
            let types = compact(key) << 4 | compact(element);
            [&[compact(ty), id * 2], &varint(size as u32)[..], &[types, 0]].concat()
        }
        (Form::Compact, _) => {
            let header = [compact(ty), id * 2, 0xf0 | compact(element)];
            [&header[..], &varint(size as u32), &[0]].concat()
        }
        (Form::Json, TType::MAP) => {
            let (key, of) = (name(key), name(element));
            format!(r#"{{"{id}":{{"map":["{key}","{of}",{size},{{}}]}}}}"#).into_bytes()
        }
        (Form::Json, _) => {
            let (ty, of) = (name(ty), name(element));
            format!(r#"{{"{id}":{{"{ty}":["{of}",{size}]}}}}"#).into_bytes()
        }
    }
}

/// What the error is for a size of which the bytes do not even hold one element.
fn expected(form: Form, size: i32) -> ErrorKind {
    match (form, size) {
        (_, ..0) => ErrorKind::NegativeSize,
        // JSON has an end, and counts.
        (Form::Json, _) => ErrorKind::InvalidData,
        _ if size as usize > Limits::DEFAULT.message => ErrorKind::SizeLimit,
        _ => ErrorKind::UnexpectedEof,
    }
}

const SIZES: [i32; 6] = [i32::MAX, -1, i32::MIN, 100 << 20, (100 << 20) + 1, 1 << 16];

fn check(form: Form, read: Read, bytes: &[u8], size: i32) {
    let result = frugal(bytes, |bytes| read(form, bytes));
    assert_eq!(kind(result), Err(expected(form, size)), "{form:?}: {}", bytes.escape_ascii());
}

#[test]
fn d2_d3_containers_of_any_size_and_element_cost_nothing() {
    for form in FORMS {
        for (ty, name) in [(TType::LIST, "Lists"), (TType::SET, "Sets"), (TType::MAP, "Maps")] {
            for (element, key, _) in ELEMENTS {
                for size in SIZES {
                    let known = container(form, element.0, ty, element, key, size);
                    assert!(known.len() <= 48, "{}", known.escape_ascii());
                    for read in ways(name) {
                        check(form, *read, &known, size);
                    }
                    // Passed over, kept, and captured.
                    let unknown = container(form, 60, ty, element, key, size);
                    for read in ways("Nothing").iter().chain([&(Form::pass as Read)]) {
                        check(form, *read, &unknown, size);
                    }
                }
            }
        }
    }
}

/// The largest number of the widest elements: beyond what a word of 32 bits holds, and, wrapped
/// around there, just what the bytes hold.
#[test]
fn d4_sizes_times_elements_do_not_wrap_around() {
    for form in [Form::Binary, Form::Compact] {
        for size in [i32::MAX, 1 << 28, (1 << 28) + 1, 1 << 29, 1 << 30] {
            // 16 and 32 bytes: 2²⁸ times 16 is 2³².
            for (ty, name) in [(TType::LIST, "Lists"), (TType::SET, "Sets"), (TType::MAP, "Maps")] {
                let mut bytes = container(form, 16, ty, TType::UUID, TType::UUID, size);
                bytes.resize(bytes.len() + 64, 0);
                for read in ways(name) {
                    check(form, *read, &bytes, size);
                }
            }
        }
    }
}

#[test]
fn d3_strings_of_any_size_cost_nothing() {
    let sizes = SIZES.map(|size| (size, size as u32));
    for (size, word) in sizes {
        let expected = expected(Form::Binary, size);
        for id in [7, 8, 60] {
            let binary = [&[11, 0, id], &word.to_be_bytes()[..], b"text"].concat();
            let compact = [&[8, id * 2], &varint(word)[..], b"text"].concat();
            for (form, bytes) in [(Form::Binary, binary), (Form::Compact, compact)] {
                for read in ways("Scalars").iter().chain([&(Form::pass as Read)]) {
                    let result = frugal(&bytes, |bytes| read(form, bytes));
                    assert_eq!(kind(result), Err(expected), "{form:?} {id} {size}");
                }
            }
        }
    }
}

#[test]
fn d3_names_of_any_size_cost_nothing() {
    for size in SIZES {
        let expected = expected(Form::Binary, size);
        let strict = [&[0x80, 1, 0, 1], &size.to_be_bytes()[..], b"name"].concat();
        // The sign tells an old header from a strict one.
        let old = [&size.to_be_bytes()[..], b"name"].concat();
        let old_expected = if size < 0 { ErrorKind::BadVersion } else { expected };
        let compact = [&[0x82, 0x21, 7], &varint(size as u32)[..], b"name"].concat();
        for (form, bytes, expected) in [
            (Form::Binary, strict, expected),
            (Form::Binary, old, old_expected),
            (Form::Compact, compact, expected),
        ] {
            let read = |bytes: &[u8]| form.read_envelope(&mut Bytes::copy_from_slice(bytes));
            let result = frugal(&bytes, read);
            assert_eq!(kind(result.map(drop)), Err(expected), "{form:?} {size}");
        }
    }
}

/// Sizes up to the limit are decoded, for every limit; one byte more is rejected.
#[test]
fn d3_sizes_up_to_the_limit_pass() -> Result<()> {
    let limits = Limits { message: 1000, ..Limits::DEFAULT };
    for form in [Form::Binary, Form::Compact] {
        let text = form.write(&idl::Scalars { text: "x".repeat(1000), ..Default::default() });
        assert_eq!(form.read_with::<idl::Scalars>(&text, &limits)?.text.len(), 1000);
        let many = form.write(&idl::Lists { i8s: vec![0; 1000], ..Default::default() });
        assert_eq!(form.read_with::<idl::Lists>(&many, &limits)?.i8s.len(), 1000);
        for (size, expected) in [(1000, ErrorKind::UnexpectedEof), (1001, ErrorKind::SizeLimit)] {
            let list = container(form, 3, TType::LIST, TType::I8, TType::STOP, size);
            let error = form.read_with::<idl::Lists>(&list, &limits).expect_err("it is not there");
            assert_eq!(error.kind(), expected, "{form:?} {size}");
        }
    }
    Ok(())
}

/// The budget for containers is what the limit says, to the byte.
#[test]
fn d3_memory_up_to_the_limit_is_granted() -> Result<()> {
    let ids = vec![Uuid([1; 16]); 100];
    for form in FORMS {
        // Sixteen times the message counts if that is more.
        let bytes = form.write(&idl::Lists { uuids: ids.clone(), ..Default::default() });
        let list = idl::Lists { structs: vec![idl::Scalars::default(); 1], ..Default::default() };
        let one = form.write(&list);
        let size = std::mem::size_of::<idl::Scalars>();
        let least = Limits { memory: 0, ..Limits::DEFAULT };
        assert_eq!(form.read_with::<idl::Lists>(&bytes, &least)?.uuids, ids);
        let many = vec![0; 1000];
        let fat = match form {
            Form::Binary => [&[15, 0, 12, 12, 0, 0, 3, 232][..], &many, &[0]].concat(),
            Form::Compact => [&[0xc9, 0xfc, 0xe8, 7][..], &many, &[0]].concat(),
            Form::Json => {
                format!(r#"{{"12":{{"lst":["rec",1000{}]}}}}"#, ",{}".repeat(1000)).into_bytes()
            }
        };
        let exact = Limits { memory: 1000 * size, ..Limits::DEFAULT };
        assert_eq!(form.read_with::<idl::Lists>(&fat, &exact)?.structs.len(), 1000);
        let less = Limits { memory: 1000 * size - 1, ..Limits::DEFAULT };
        let error = form.read_with::<idl::Lists>(&fat, &less).expect_err("it is too much");
        assert_eq!(error.kind(), ErrorKind::MemoryLimit);
        assert_eq!(form.read_with::<idl::Lists>(&one, &less)?, list);
    }
    Ok(())
}
