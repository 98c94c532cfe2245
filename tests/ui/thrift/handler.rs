thriftly::thrift!(inline: "service Sleep { oneway void sleep(1: i32 seconds) }");

struct Forgetful;

impl Sleep for Forgetful {}

fn main() {
    let _ = SleepServer::new(Forgetful);
    let _ = SleepServer::new("no handler at all");
}
