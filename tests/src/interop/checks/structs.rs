//! Structs: field ids, containers, requiredness, unions and recursion.

use thriftly::Bytes;

use super::super::idl::interop::{Choice, Color, Containers, Empty, Gaps, Options, Scalars, Tree};
use super::{Check, Outcome, Peer, equal};

pub(super) const CHECKS: &[Check] = &[
    ("scalars", |peer| {
        equal(peer.interop.echo_scalars(&scalars())?, scalars())?;
        // A peer that has no null answers with defaults, one of which is no enum value.
        let Scalars { flag, tiny, small, medium, large, real, text, blob, stamp, .. } =
            peer.interop.echo_scalars(&Scalars::default())?;
        let numbers = (tiny.unwrap_or(0), small.unwrap_or(0), medium.unwrap_or(0));
        equal(numbers, (0, 0, 0))?;
        equal((large.unwrap_or(0), stamp.unwrap_or(0), real.unwrap_or(0.0)), (0, 0, 0.0))?;
        let empty =
            text.is_none_or(|text| text.is_empty()) && blob.is_none_or(|blob| blob.is_empty());
        equal((flag.unwrap_or(false), empty), (false, true))
    }),
    ("gaps", |peer| {
        let gaps = Gaps {
            forty: 40,
            one: true,
            sixteen: false,
            seventeen: -17,
            thousand: "thousand".into(),
            last: true,
        };
        equal(peer.interop.echo_gaps(&gaps)?, gaps)
    }),
    ("containers", |peer| equal(peer.interop.echo_containers(&containers())?, containers())),
    ("containers_empty", |peer| {
        let empty = Containers::default();
        equal(peer.interop.echo_containers(&empty)?, empty)
    }),
    ("options", |peer| {
        let few = Options { id: 1, ..Options::default() };
        equal(peer.interop.echo_options(&few)?, few)?;
        equal(peer.interop.echo_options(&options())?, options())
    }),
    ("options_described", |peer| {
        let few = Options { id: 1, ..Options::default() };
        let described = peer.interop.describe_options(&few)?;
        equal(&*described, "id=1 note=- count=- label=unnamed level=7 ready=-")?;
        let described = peer.interop.describe_options(&options())?;
        equal(&*described, "id=2 note=n count=-3 label=l level=0 ready=false")
    }),
    ("union", union),
    ("recursion", |peer| {
        let leaf = |value| Tree { value, kids: vec![] };
        let branch = |value| Tree { value, kids: (0..3).map(leaf).collect() };
        let tree = Tree { value: -1, kids: (0..4).map(branch).collect() };
        equal(peer.interop.echo_tree(&tree)?, tree)?;
        let chain = (1..30).fold(leaf(0), |below, value| Tree { value, kids: vec![below] });
        equal(peer.interop.tree_depth(&chain)?, 30)
    }),
];

/// A value for every base type.
pub(super) fn scalars() -> Scalars {
    Scalars {
        flag: Some(true),
        tiny: Some(-8),
        small: Some(1600),
        medium: Some(-320_000),
        large: Some(1 << 60),
        real: Some(2.25),
        text: Some("scalars é".into()),
        blob: Some(Bytes::from_static(&[0, 127, 128, 255])),
        color: Some(Color::Green),
        stamp: Some(-9),
    }
}

/// Every container shape.
pub(super) fn containers() -> Containers {
    let text = String::from;
    Containers {
        ints: vec![1, -2, 3],
        tags: ["x", "y"].map(text).into(),
        counts: [(text("one"), 1), (text("big"), i64::MAX)].into(),
        flags: vec![true, false, true],
        by_id: [(5, vec![scalars(), scalars()]), (-5, vec![])].into(),
        grid: vec![vec![], vec![text("a")], vec![text("b"), text("c")]],
        deep: [(text("deep"), [(1, [10, 11].into()), (2, [].into())].into())].into(),
        reals: vec![0.5, -1e10],
        bits: [(1, true), (-1, false)].into(),
        palette: vec![Color::Red, Color::Blue],
        blobs: vec![Bytes::new(), Bytes::from_static(b"\xff\xfe")],
        names: [(Color::Red, text("red")), (Color::Blue, text("blue"))].into(),
        nothings: vec![Empty::default(), Empty::default()],
        shorts: [-300, 0, 300].into(),
    }
}

fn options() -> Options {
    Options {
        id: 2,
        note: Some("n".into()),
        count: Some(-3),
        label: "l".into(),
        level: 0,
        ready: Some(false),
    }
}

fn union(peer: &Peer) -> Outcome {
    for (choice, described) in [
        (Choice::Number(-5), "number:-5"),
        (Choice::Text("t".into()), "text:t"),
        (Choice::Record(scalars()), "record:scalars é"),
        (Choice::Many(vec![1, 2, 3]), "many:3"),
    ] {
        equal(&*peer.interop.describe_choice(&choice)?, described)?;
        equal(peer.interop.echo_choice(&choice)?, choice)?;
    }
    Ok(())
}
