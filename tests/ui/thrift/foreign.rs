use thriftly::ThriftStruct;

/// It has no `Eq`, no `Hash` and no `Ord`.
#[derive(Debug, Clone, Default, PartialEq, ThriftStruct)]
pub struct Place {
    #[thrift(id = 1)]
    x: f64,
}

mod key {
    thriftly::thrift!(
        inline: "
            struct Place { 1: double x }
            struct Visit { 1: Place place, 2: i32 day }
            struct Diary { 1: map<Visit, string> entries }
        ",
        types: { "Place": crate::Place },
    );
}

mod wire {
    thriftly::thrift!(
        inline: "
            enum Place { HOME, WORK }
            struct Visit { 1: Place place, 2: i32 day }
        ",
        types: { "Place": crate::Place, "Visit.day": String },
    );
}

fn main() {}
