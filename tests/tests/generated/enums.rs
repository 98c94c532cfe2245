//! Enums of `thrift!` as text and as lists, and what the types derive.

#![deny(warnings)]

use thriftly::{ErrorKind, Result};

thriftly::thrift!(inline: r#"
    enum Color { RED = 1, LIGHT_BLUE = 5, SKY = 5 (deprecated), green = -2 }
    enum Empty {}
    enum Taken { vALUES, other }
    enum Renamed { ONE (rust.name = "VALUES"), TWO }
"#, warnings: hidden);

#[test]
fn a_value_is_shown_by_its_name_in_the_idl_or_its_number() {
    assert_eq!(Color::LightBlue.to_string(), "LIGHT_BLUE");
    assert_eq!(Color::Green.to_string(), "green");
    assert_eq!(Color::Unrecognized(7).to_string(), "7");
    assert_eq!(
        format!("{:>5}|{:<5}|{:05}", Color::Red, Color::Red, Color::from(7)),
        "  RED|RED  |00007"
    );
}

#[test]
fn a_value_is_read_from_its_name_or_its_number() -> Result<()> {
    for (text, value) in [
        ("RED", Color::Red),
        ("LIGHT_BLUE", Color::LightBlue),
        ("SKY", Color::LightBlue),
        ("green", Color::Green),
        ("-2", Color::Green),
        ("7", Color::Unrecognized(7)),
    ] {
        assert_eq!(text.parse::<Color>()?, value, "{text}");
    }
    for text in ["", "Red", "red", "RED ", "1.0", "2147483648"] {
        let error = text.parse::<Color>().expect_err(text);
        assert_eq!(error.kind(), ErrorKind::InvalidData, "{text}");
        assert_eq!(error.to_string(), format!("`{text}` is no value of the enum Color"));
    }
    assert_eq!("0".parse::<Empty>()?, Empty::default());
    Ok(())
}

#[test]
fn all_values_with_a_name_are_listed_once() {
    assert_eq!(Color::VALUES, [Color::Red, Color::LightBlue, Color::Green]);
    assert!(Color::VALUES.iter().all(|value| value.to_string().parse().ok() == Some(*value)));
    assert!(Empty::VALUES.is_empty());
    // Where a value has the name, the list gets another.
    assert_eq!(Taken::VALUES_, [Taken::VALUES, Taken::Other]);
    assert_eq!(Renamed::VALUES_, [Renamed::VALUES, Renamed::Two]);
    assert_eq!(Renamed::default(), Renamed::VALUES);
}

/// Traits that are derived anyway may be listed, by any path, and twice.
mod derives {
    #![allow(dead_code)]

    thriftly::thrift!(
        inline: r#"
            enum Color { RED } (rust.derive = "Copy, Default, PartialOrd")
            struct Point { 1: i32 x, 2: Color color } (rust.derive = "Clone, Eq, Hash, std::cmp::Ord")
            union Choice { 1: Point point } (rust.derive = "Default, Ord")
            struct Real { 1: double x = 1 } (rust.derive = "Default, core::fmt::Debug")
            exception Wrong { 1: Real real }
        "#,
        derive: [Debug, Clone, ::core::cmp::PartialEq, std::fmt::Debug],
    );

    #[test]
    fn derived_traits_are_implemented() {
        fn total<T: Clone + std::fmt::Debug + std::hash::Hash + Ord + Default>() {}
        fn partial<T: Clone + std::fmt::Debug + PartialEq + Default>() {}
        total::<Color>();
        total::<Point>();
        total::<Choice>();
        partial::<Real>();
        partial::<Wrong>();
    }
}
