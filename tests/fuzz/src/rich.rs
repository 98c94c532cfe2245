//! A value with everything: all fields, several elements in each container, all fields of the union, and structs in themselves.

use std::sync::LazyLock;

use bytes::Bytes;
use thriftly::{Double, Uuid};

use crate::protocol::{Binary, Protocol as _};
use crate::schema::{All, Choice, Color, Empty, Keys, Lists, Options, Scalars, Tree};

/// The value in binary.
pub static RICH: LazyLock<Bytes> = LazyLock::new(|| {
    let rich = All {
        scalars: scalars(1),
        lists: lists(),
        keys: keys(),
        options: Some(options(Some(options(None)))),
        choices: choices(),
        tree: Some(tree(vec![tree(vec![tree(Vec::new())]), tree(Vec::new())])),
    };
    Binary::encode(&rich).expect("it is written")
});

fn scalars(number: i8) -> Scalars {
    Scalars {
        flag: true,
        tiny: number,
        small: 300,
        medium: 70_000,
        large: -1 << 40,
        real: 1.5,
        text: "rich text".into(),
        blob: b"blob\xff".to_vec(),
        color: Color::Blue,
        id: Uuid([7; 16]),
    }
}

fn lists() -> Lists {
    Lists {
        flags: vec![true, false, true],
        tinies: vec![-1, 1, 5],
        smalls: vec![1000, -1000],
        mediums: vec![100_000, -3, 0],
        larges: vec![1 << 50, 2],
        reals: vec![0.5, f64::INFINITY],
        texts: vec!["one".into(), String::new(), "three".into()],
        blobs: vec![vec![0, 255], b"two".to_vec()],
        colors: vec![Color::Red, Color::Other(9)],
        ids: vec![Uuid([1; 16]), Uuid([2; 16])],
        empties: vec![Empty {}, Empty {}],
        structs: vec![scalars(2), scalars(3)],
        grid: vec![vec![1, 2], vec![], vec![3]],
        maps: vec![[(1, "a".into()), (2, "b".into())].into(), [(3, "c".into())].into()],
    }
}

fn keys() -> Keys {
    Keys {
        flags: [(false, 1), (true, 2)].into(),
        tinies: [(1, true), (2, false)].into(),
        smalls: [(1, scalars(4)), (2, scalars(5))].into(),
        mediums: [(1, vec![1, 2]), (2, vec![3])].into(),
        larges: [(1, 0.25), (2, -0.0)].into(),
        reals: [(Double(0.5), 1), (Double(1.5), 2)].into(),
        texts: [("a".into(), [("b".into(), "c".into())].into()), ("d".into(), [].into())].into(),
        blobs: [(vec![1], vec![2]), (vec![255], Vec::new())].into(),
        colors: [(Color::Red, Color::Green), (Color::Blue, Color::Other(8))].into(),
        ids: [(Uuid([3; 16]), [1, 2].into()), (Uuid([4; 16]), [3].into())].into(),
        flag_set: [true, false].into(),
        real_set: [Double(1.0), Double(2.0)].into(),
        text_set: ["x".into(), "y".into()].into(),
        medium_set: [1, 2, 3].into(),
    }
}

fn options(next: Option<Options>) -> Options {
    Options {
        id: 1,
        note: Some("note".into()),
        ready: Some(true),
        minus: 8,
        label: "label".into(),
        next: next.map(Box::new),
        last: true,
        ratio: Some(0.75),
    }
}

fn choices() -> Vec<Choice> {
    vec![
        Choice::Number(1),
        Choice::Text("text".into()),
        Choice::Record(Box::new(scalars(6))),
        Choice::Many(vec![Choice::Flag(true), Choice::Many(vec![Choice::Number(2)])]),
        Choice::Flag(false),
        Choice::Blob(b"blob".to_vec()),
    ]
}

fn tree(kids: Vec<Tree>) -> Tree {
    Tree { value: 5, kids }
}
