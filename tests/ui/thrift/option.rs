mod unknown {
    thriftly::thrift!(inline: "struct Point { 1: i32 x }", includes: ["idl"]);
}

mod misspelled {
    thriftly::thrift!(inline: "struct Point { 1: i32 x }", include_dir: ["idl"]);
}

mod twice {
    thriftly::thrift!(inline: "struct Point { 1: i32 x }", maps: hashed, maps: ordered);
}

mod no_folder {
    thriftly::thrift!(inline: "struct Point { 1: i32 x }", include_dirs: ["nonexistent"]);
}

mod no_include {
    thriftly::thrift!("option.thrift", with: { "metta.thrift": not::a::path });
}

fn main() {}
