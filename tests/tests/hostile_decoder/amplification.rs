//! X1, X2: few bytes that become large values, and fields that are kept though nobody knows them; and honest ones.

use thriftly::{Decode, ErrorKind, Limits, Result, TType};
use thriftly_tests::random::Random;
use thriftly_tests::value::Value;

use crate::memory::{SLACK, measured};
use crate::types::{LOADED, idl, kept};
use thriftly_tests::form::{FORMS, Form, kind};

/// A message as large as a frame may be.
const FRAME: usize = 16_384_000;

/// A struct of so many bytes, all of which are a list of the smallest structs: fat ones in memory.
fn fat(form: Form, size: usize) -> Vec<u8> {
    let count = (size - 100) / if form == Form::Json { 3 } else { 1 };
    match form {
        Form::Binary => {
            [&[15, 0, 12, 12], &(count as u32).to_be_bytes()[..], &vec![0; count], &[0]].concat()
        }
        Form::Compact => {
            let more = |at| if at < 4 { 0x80 } else { 0 };
            let varint: Vec<u8> =
                (0..5).map(|at| (count >> (7 * at)) as u8 & 0x7f | more(at)).collect();
            [&[0xc9, 0xfc], &varint[..], &vec![0; count], &[0]].concat()
        }
        Form::Json => {
            let elements = ",{}".repeat(count);
            format!(r#"{{"12":{{"lst":["rec",{count}{elements}]}}}}"#).into_bytes()
        }
    }
}

/// Reads, and returns the most memory that was taken.
fn taken<T: for<'de> Decode<'de>>(form: Form, bytes: &[u8]) -> (Result<(), ErrorKind>, u64) {
    let (result, info) = measured(|| kind(form.read::<T>(bytes)));
    assert_eq!(info.bytes_current, 0);
    (result, info.bytes_max)
}

/// As [`taken`], by the type that is loaded at run time.
fn taken_by_loaded(name: &str, form: Form, bytes: &[u8]) -> (Result<(), ErrorKind>, u64) {
    let (ty, bytes) = (LOADED.ty(name).expect("it is declared"), bytes.to_vec());
    let (result, info) = measured(|| kind(ty.decode(bytes, form.protocol())));
    (result, info.bytes_max)
}

/// What containers may take at most, for a message of so many bytes.
fn budget(bytes: &[u8]) -> u64 {
    Limits::DEFAULT.memory.max(16 * bytes.len()) as u64
}

#[test]
fn x1_a_frame_of_small_elements_stays_below_the_budget() {
    for form in FORMS {
        let bytes = fat(form, FRAME);
        assert!(bytes.len() <= FRAME && bytes.len() > FRAME - 200);
        // JSON goes through bytes of another protocol.
        let most =
            budget(&bytes) + if form == Form::Json { 2 * FRAME as u64 } else { SLACK as u64 };
        for (result, taken) in [
            taken::<idl::Lists>(form, &bytes),
            taken::<kept::Lists>(form, &bytes),
            taken_by_loaded("Lists", form, &bytes),
        ] {
            assert_eq!(result, Err(ErrorKind::MemoryLimit), "{form:?}");
            assert!(taken <= most, "{taken} bytes, {form:?}");
        }
    }
}

#[test]
fn x1_the_memory_limit_can_be_raised() -> Result<()> {
    for form in FORMS {
        // Where pointers are shorter, structs are smaller.
        let bytes = fat(form, if usize::BITS == 64 { 2 << 20 } else { 4 << 20 });
        let count = bytes.len() / if form == Form::Json { 3 } else { 1 };
        assert_eq!(kind(form.read::<idl::Lists>(&bytes)), Err(ErrorKind::MemoryLimit), "{form:?}");
        let limits = Limits { memory: 1 << 30, ..Limits::DEFAULT };
        let lists: idl::Lists = form.read_with(&bytes, &limits)?;
        assert!(lists.structs.len() > count - 100);
        // Not known, it costs nothing.
        let (skipped, taken) = measured(|| form.pass(&bytes));
        skipped?;
        assert!(form == Form::Json || taken.bytes_max <= SLACK as u64, "{}", taken.bytes_max);
    }
    Ok(())
}

/// Half-empty nodes of trees, buckets of hash tables, and what stands in them.
#[test]
fn x1_small_containers_in_containers_stay_below_the_budget() {
    // Lists of lists and of maps, each empty or of one small element.
    let empty = Value::List(TType::STRING, vec![]);
    let one = Value::List(TType::STRING, vec![Value::Text(String::new())]);
    let map =
        Value::Map(TType::I32, TType::STRING, vec![(Value::I32(1), Value::Text(String::new()))]);
    let set = Value::Set(TType::I16, vec![Value::I16(1)]);
    for (id, element) in [(15, empty), (15, one), (13, map), (14, set)] {
        for form in FORMS {
            let count = 100_000;
            let list = Value::List(element.ttype(), vec![element.clone(); count]);
            let bytes = form.encode(&Value::Struct(vec![(id, list)]));
            for (result, taken) in [
                taken::<idl::Lists>(form, &bytes),
                taken::<kept::Lists>(form, &bytes),
                taken_by_loaded("Lists", form, &bytes),
            ] {
                assert!(matches!(result, Ok(()) | Err(ErrorKind::MemoryLimit)), "{result:?}");
                let most = budget(&bytes) + 8 * bytes.len() as u64;
                assert!(taken <= most, "{taken} bytes of memory for {} bytes", bytes.len());
            }
        }
    }
}

/// Preserved fields of any type take at most a quarter more memory than on the wire.
#[test]
fn x2_unknown_fields_take_hardly_more_than_on_the_wire() -> Result<()> {
    let mut random = Random::new(2);
    let many = |value: Value, count: usize| Value::List(value.ttype(), vec![value; count]);
    let mut unknown = vec![
        // Numbers, which in another protocol take up to eight times as many bytes.
        many(Value::I64(0), 20_000),
        many(Value::I64(i64::MIN), 20_000),
        many(Value::I16(-1), 20_000),
        many(Value::Double(0), 20_000),
        many(Value::Double(0.5_f64.to_bits()), 20_000),
        many(Value::Double(1e300_f64.to_bits()), 20_000),
        many(Value::Bool(true), 20_000),
        many(Value::Uuid([0xab; 16]), 10_000),
        many(Value::Text(String::new()), 20_000),
        many(Value::Text("\"\\\n\u{1}é".into()), 10_000),
        many(Value::Blob(vec![0xff; 100]), 10_000),
        many(Value::Struct(vec![]), 20_000),
        many(Value::Struct(vec![(1, Value::I64(1)), (900, Value::Bool(false))]), 10_000),
        many(many(Value::I32(0), 1), 10_000),
        Value::Map(
            TType::I64,
            TType::BOOL,
            (0..10_000).map(|key| (Value::I64(key), Value::Bool(true))).collect(),
        ),
    ];
    unknown.push(Value::Struct((0..20_000).map(|id| (id, Value::Bool(true))).collect()));
    for value in &unknown {
        for form in FORMS {
            stored(form, &Value::Struct(vec![(9, value.clone())]), 1)?;
        }
    }
    // Many small fields.
    let mut id = 0_i16;
    let fields = (0..5000).map(|at| {
        id = id.wrapping_add([1, 2, 20, 400][random.below(4)]);
        let value = match at % 4 {
            0 => Value::Bool(at % 8 == 0),
            1 => Value::I64(at),
            2 => Value::Double(at as u64),
            _ => Value::Text("a".repeat(random.below(4))),
        };
        (id, value)
    });
    let fields = Value::Struct(fields.collect());
    for form in FORMS {
        stored(form, &fields, 5000)?;
    }
    // A little of everything.
    for _ in 0..1000 {
        let value = random.any_struct(true);
        let Value::Struct(fields) = &value else { panic!("{value:?} is no struct") };
        for form in FORMS {
            stored(form, &value, fields.len())?;
        }
    }
    Ok(())
}

/// Reads it as a struct without any field, and looks at what is held then.
fn stored(form: Form, value: &Value, count: usize) -> Result<()> {
    let bytes = form.encode(value);
    let (nothing, info) = measured(|| form.read::<kept::Nothing>(&bytes));
    let nothing = nothing?;
    assert!(
        info.bytes_current as usize <= bytes.len() + bytes.len() / 4,
        "{} bytes are kept of {} of {form:?}",
        info.bytes_current,
        bytes.len()
    );
    assert_eq!(nothing.unknown_fields.iter().count(), count);
    assert_eq!(form.write(&nothing), bytes);
    // A union keeps one.
    let (tree, info) = measured(|| form.read::<idl::Tree>(&bytes));
    if let Ok(idl::Tree::Unrecognized(_)) = tree {
        assert!(info.bytes_current as usize <= bytes.len() + bytes.len() / 4);
    }
    Ok(())
}

/// Values that JSON omits or writes in fewer bytes take no more memory when preserved.
#[test]
fn x2_unknown_fields_take_hardly_more_than_the_shortest_json() -> Result<()> {
    for (ty, element) in [
        ("dbl", "0"),
        ("dbl", ".5"),
        ("dbl", "5."),
        ("dbl", "12e9"),
        ("dbl", "1e300"),
        ("dbl", "inf"),
        ("dbl", "nan"),
        ("dbl", "-.1e-7"),
        ("i64", "0"),
        ("i64", "1234567890"),
        ("tf", "1"),
        ("str", "\"\u{1}\u{2}\n\t\""),
        ("str", "\"\""),
        ("str", "\"é漢🦀\""),
        ("rec", "{}"),
        ("rec", r#"{1:{"tf":1}}"#),
        ("rec", r#"{1:{"i32":0},-2:{"str":""}}"#),
        ("lst", r#"["i32",0]"#),
        ("map", r#"["i32","i32",1,{"0":0}]"#),
        ("uid", "\"00112233-4455-6677-8899-aabbccddeeff\""),
    ] {
        let text =
            format!(r#"{{9:{{"lst":["{ty}",10000{}]}}}}"#, format!(",{element}").repeat(10_000));
        let (nothing, info) = measured(|| Form::Json.read::<kept::Nothing>(text.as_bytes()));
        assert_eq!(nothing?.unknown_fields.iter().count(), 1);
        let kept = info.bytes_current as usize;
        assert!(
            kept <= text.len() + text.len() / 4,
            "{kept} bytes are kept of {}: {element}",
            text.len()
        );
    }
    Ok(())
}

mod columns {
    //! The columns of a table as a file's footer describes them: most of what may be said is not.
    thriftly::thrift!(inline: "
        struct Statistics {
            1: optional binary max, 2: optional binary min, 3: optional i64 null_count, 4: optional i64 distinct_count,
            5: optional binary max_value, 6: optional binary min_value, 7: optional bool exact_max, 8: optional bool exact_min
        }
        struct Sizes { 1: optional i64 unencoded, 2: optional list<i64> repetition, 3: optional list<i64> definition }
        struct Column {
            1: required i32 type, 2: required list<i32> encodings, 3: required list<string> path, 4: required i32 codec,
            5: required i64 values, 6: required i64 uncompressed, 7: required i64 compressed, 9: required i64 data_offset,
            10: optional i64 index_offset, 11: optional i64 dictionary_offset, 12: optional Statistics statistics,
            14: optional i64 bloom_offset, 15: optional i32 bloom_length, 16: optional Sizes sizes
        }
        struct Chunk {
            1: optional string file, 2: required i64 offset, 3: optional Column column,
            4: optional i64 offset_index, 5: optional i32 offset_length, 8: optional binary encrypted
        }
        struct Footer { 1: required i32 version, 2: required list<Chunk> chunks }
    ");
}

#[test]
fn a_footer_of_a_hundred_thousand_columns_is_decoded_by_default() -> Result<()> {
    use columns::{Chunk, Column, Footer, Statistics};

    let chunk = |number: i64| {
        let statistics = Statistics { null_count: Some(0), ..Default::default() };
        let column = Column {
            encodings: vec![0, 3],
            path: vec![format!("column_{}", number % 1000)],
            values: 1000,
            uncompressed: 8000,
            compressed: 8000,
            data_offset: number * 8000,
            statistics: Some(statistics),
            ..Default::default()
        };
        Chunk { offset: number * 8000, column: Some(column), ..Default::default() }
    };
    let footer = Footer { version: 2, chunks: (0..150_000).map(chunk).collect() };
    let memory = footer.chunks.len() * size_of::<Chunk>();
    for form in FORMS {
        let bytes = form.write(&footer);
        assert!(memory > Limits::DEFAULT.memory.max(bytes.len()), "it is nothing special");
        assert_eq!(form.read::<Footer>(&bytes)?.chunks.len(), footer.chunks.len(), "{form:?}");
    }
    Ok(())
}
