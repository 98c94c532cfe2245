//! Foreign types, and types that are what their only field is.

use thriftly::{ErrorKind, TType, ThriftType, binary, compact};

use super::*;

#[test]
fn fields_in_any_order_are_converted() {
    // The address first, then the time of creation.
    let bytes = [11, 0, 4, 0, 0, 0, 3, b':', b':', b'1', 10, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0];
    let times: Times = binary::from_slice(&bytes).expect("it can be read");
    assert_eq!(times.address, "::1".parse::<IpAddr>().expect("an address"));
    assert_eq!(times.created, UNIX_EPOCH + Duration::from_millis(5));
    // A field that is absent or of another type has its default.
    assert_eq!((times.pause, times.changed), (Duration::from_millis(250), None));
    let bytes = [8, 0, 4, 0, 0, 0, 3, 10, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0];
    let times: Times = binary::from_slice(&bytes).expect("it can be read");
    assert_eq!(times.address, Ipv4Addr::LOCALHOST);
}

#[test]
fn a_rejected_conversion_is_an_error_with_an_offset() {
    let theirs = idl::Times { created: 1, changed: Some(-7), ..idl::Times::default() };
    let bytes = binary::to_vec(&theirs).expect("it can be encoded");
    let error = binary::from_slice::<Times>(&bytes).expect_err("it is before 1970");
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    // Behind the header and value of the first field, and the header of the second.
    assert_eq!(error.offset(), Some(3 + 8 + 3));
    assert_eq!(error.to_string(), "Times.changed: -7 ms is before 1970 (at byte 14)");
    let source = std::error::Error::source(&error).expect("it has one");
    assert_eq!(source.to_string(), "-7 ms is before 1970");

    let moment = binary::to_vec(&idl::Moment::Address("nowhere".into())).expect("encoded");
    let error = binary::from_slice::<Moment>(&moment).expect_err("it is no address");
    assert_eq!(error.to_string(), "Moment.address: invalid IP address syntax (at byte 3)");
    let source = std::error::Error::source(&error).expect("it has one");
    assert!(source.is::<std::net::AddrParseError>());

    // In a list, out of order, and in the compact protocol.
    let bytes = binary::to_vec(&vec![theirs.clone()]).expect("it can be encoded");
    let error = binary::from_slice::<Vec<Times>>(&bytes).expect_err("it is before 1970");
    assert_eq!(error.path(), "[0].changed");
    let bytes =
        [10, 0, 2, 255, 255, 255, 255, 255, 255, 255, 255, 10, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0];
    let error = binary::from_slice::<Times>(&bytes).expect_err("it is before 1970");
    assert_eq!(error.to_string(), "Times.changed: -1 ms is before 1970 (at byte 3)");
    let bytes = compact::to_vec(&theirs).expect("it can be encoded");
    let error = compact::from_slice::<Times>(&bytes).expect_err("it is before 1970");
    assert_eq!(error.to_string(), "Times.changed: -7 ms is before 1970 (at byte 3)");
}

#[test]
fn a_rejected_conversion_in_json_has_its_line_and_column() {
    for text in [
        r#"{"1":{"i64":7},"2":{"i64":-7},"3":{"i64":8}}"#,
        r#"{ "3": {"i64": 8}, "2" : {"i64": -7 }, "1": {"i64": 7}}"#,
    ] {
        let error = thriftly::json::from_str::<Times>(text).expect_err("it is before 1970");
        assert_eq!(
            (error.path().as_str(), error.message()),
            ("Times.changed", "-7 ms is before 1970")
        );
        assert!(text[error.offset().expect("it has a place")..].starts_with("-7"), "{error}");
    }
}

#[test]
fn transparent_types_are_encoded_as_their_field() {
    assert_eq!(UserId::TYPE, TType::I64);
    assert_eq!(Vec::<UserId>::TYPE, TType::LIST);
    assert_eq!(Wrapped::<Vec<u8>>::TYPE, TType::STRING);
    assert_eq!(Wrapped::<Times>::NAMES.fields, ["created", "changed", "pause", "address", "all"]);
    assert_eq!(binary::to_vec(&UserId(5)).expect("encoded"), 5i64.to_be_bytes());
    assert_eq!(binary::to_vec(&Wrapped("x")).expect("encoded"), [0, 0, 0, 1, b'x']);

    // The conversion says what the type is.
    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, ThriftStruct)]
    #[thrift(transparent)]
    struct Stamp(#[thrift(with = millis)] SystemTime);
    #[derive(Debug, PartialEq, ThriftStruct)]
    #[thrift(transparent)]
    struct Address {
        #[thrift(with = text)]
        address: IpAddr,
    }
    assert_eq!((Stamp::TYPE, Address::TYPE), (TType::I64, TType::STRING));
    let stamps = BTreeMap::from([(Stamp(UNIX_EPOCH), vec![Address { address: [1; 4].into() }])]);
    let bytes = binary::to_vec(&stamps).expect("it can be encoded");
    let plain: BTreeMap<i64, Vec<String>> = binary::from_slice(&bytes).expect("it can be read");
    assert_eq!(plain, BTreeMap::from([(0, vec!["1.1.1.1".to_owned()])]));
    let back: BTreeMap<Stamp, Vec<Address>> = binary::from_slice(&bytes).expect("it can be read");
    assert_eq!(back, stamps);
    let error = binary::from_slice::<Stamp>(&(-1i64).to_be_bytes()).expect_err("before 1970");
    assert_eq!(error.to_string(), "-1 ms is before 1970 (at byte 0)");
}

#[test]
fn an_idl_may_name_hand_written_types() {
    mod named {
        thriftly::thrift!(inline: r#"
            typedef i64 UserId (rust.type = "crate::UserId")
            typedef UserId Friend
            struct Group {
                1: UserId first, 2: required Friend second, 3: optional UserId third,
                4: list<Friend> rest, 5: bool open (rust.type = "crate::Active"), 6: map<UserId, i32> ranks
            }
        "#);
    }
    let group = named::Group {
        first: UserId(1),
        second: UserId(2),
        third: Some(UserId(3)),
        rest: vec![UserId(4)],
        open: Active { yes: true, seen: 0 },
        ranks: BTreeMap::from([(UserId(5), 6)]),
    };
    let bytes = binary::to_vec(&group).expect("it can be encoded");
    let mut expected = Vec::new();
    for id in 1..=3 {
        expected.extend([10, 0, id, 0, 0, 0, 0, 0, 0, 0, id]);
    }
    expected.extend([15, 0, 4, 10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 4, 2, 0, 5, 1]);
    expected.extend([13, 0, 6, 10, 8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 6, 0]);
    assert_eq!(bytes, expected);
    assert_eq!(binary::from_slice::<named::Group>(&bytes).expect("it can be read"), group);
}
