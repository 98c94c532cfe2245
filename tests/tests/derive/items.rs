//! What whole types may be: generic, exceptions, with names and numbers of any kind.

use thriftly::{ThriftType, binary, compact};

use super::*;

#[test]
fn parameters_have_the_bounds_that_their_fields_need() {
    trait Source {
        type Item;
    }
    #[derive(Debug, PartialEq, Clone)]
    struct Numbers;
    impl Source for Numbers {
        type Item = i64;
    }
    #[derive(Debug, PartialEq, ThriftStruct)]
    struct Page<'a, S: Source, K, const N: usize>
    where
        K: Ord,
    {
        #[thrift(id = 1)]
        first: S::Item,
        #[thrift(id = 2)]
        all: BTreeMap<K, Vec<<S as Source>::Item>>,
        #[thrift(id = 3)]
        name: &'a str,
        #[thrift(id = 4, required, with = exact)]
        exact: [u8; N],
    }
    mod exact {
        pub(crate) fn to_thrift<const N: usize>(bytes: &[u8; N]) -> &[u8] {
            bytes
        }
        pub(crate) fn from_thrift<const N: usize>(
            bytes: &[u8],
        ) -> Result<[u8; N], std::array::TryFromSliceError> {
            bytes.try_into()
        }
    }
    type NumbersPage<'a, const N: usize> = Page<'a, Numbers, String, N>;
    let page: NumbersPage<'_, 3> =
        Page { first: 1, all: [("k".to_owned(), vec![2, 3])].into(), name: "n", exact: [7; 3] };
    let bytes = binary::to_vec(&page).expect("it can be encoded");
    assert_eq!(binary::from_slice::<NumbersPage<'_, 3>>(&bytes).expect("it can be read"), page);
    let error = binary::from_slice::<NumbersPage<'_, 4>>(&bytes).expect_err("there are 3 bytes");
    assert_eq!(error.path(), "Page.exact");

    #[derive(Debug, PartialEq, ThriftStruct)]
    enum Either<L, R> {
        #[thrift(id = 1)]
        Left(L),
        #[thrift(id = 2)]
        Right(Vec<R>),
    }
    let either: Either<i32, String> = Either::Right(vec!["r".into()]);
    let bytes = compact::to_vec(&either).expect("it can be encoded");
    assert_eq!(compact::from_slice::<Either<i32, String>>(&bytes).expect("read"), either);
}

#[test]
fn exceptions_are_errors() {
    #[derive(Debug, ThriftStruct)]
    #[thrift(exception, name = "NotFound")]
    struct Missing {
        #[thrift(id = 1)]
        key: i32,
    }
    #[derive(Debug, ThriftStruct)]
    #[thrift(exception)]
    enum Failure<T> {
        #[thrift(id = 1)]
        Missing(Missing),
        #[thrift(id = 2)]
        Other(T),
    }
    fn find(key: i32) -> Result<(), Box<dyn std::error::Error>> {
        Err(Missing { key })?
    }
    let error = find(5).expect_err("it fails");
    assert_eq!(error.to_string(), "Missing { key: 5 }");
    let failure: Box<dyn std::error::Error> = Box::new(Failure::Other("x"));
    assert_eq!(failure.to_string(), r#"Other("x")"#);
    let wrapped: Failure<String> = Failure::Missing(Missing { key: 1 });
    let bytes = binary::to_vec(&wrapped).expect("it can be encoded");
    assert_eq!(bytes, [12, 0, 1, 8, 0, 1, 0, 0, 0, 1, 0, 0]);
    assert_eq!(Missing::NAMES.name, "NotFound");
}

#[test]
fn names_may_be_keywords_and_enums_have_their_numbers() {
    #[derive(Debug, PartialEq, ThriftStruct)]
    struct Keywords {
        #[thrift(id = 1)]
        r#type: i32,
        #[thrift(id = 2, name = "selfName")]
        self_name: i32,
    }
    assert_eq!(Keywords::NAMES.fields, ["type", "selfName"]);

    #[derive(Debug, Clone, Copy, PartialEq, ThriftStruct)]
    #[repr(i32)]
    enum Level {
        Least = -2147483648,
        Next,
        Hex = 0x10,
    }
    for (level, number) in [(Level::Least, i32::MIN), (Level::Next, i32::MIN + 1), (Level::Hex, 16)]
    {
        assert_eq!(binary::to_vec(&level).expect("it can be encoded"), number.to_be_bytes());
        assert_eq!(binary::from_slice::<Level>(&number.to_be_bytes()).expect("read"), level);
    }
    let error = binary::from_slice::<Level>(&[0; 4]).expect_err("there is no such value");
    assert_eq!(error.message(), "0 is no value of the enum Level");
}
