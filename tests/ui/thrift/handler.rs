thriftly::thrift!(inline: "service Sleep { oneway void sleep(1: i32 seconds) }");

struct Forgetful;

impl Sleep for Forgetful {}

fn main() {
    let _ = SleepServer::new(Forgetful);
    let _ = SleepServer::new("no handler at all");
    let _ = BlockingSleepServer::new(Forgetful);
}

struct Unnamed;

impl thriftly::blocking::Service for Unnamed {
    fn call(&self, request: thriftly::Request) -> thriftly::Result<thriftly::Response> {
        Ok(thriftly::Response::none(request.protocol))
    }
}

fn not_wrapped() {
    struct Sleeper;
    impl Sleep for Sleeper {
        async fn sleep(&self, _: i32) -> thriftly::Result<()> {
            Ok(())
        }
    }
    impl BlockingSleep for Sleeper {
        fn sleep(&self, _: i32) -> thriftly::Result<()> {
            Ok(())
        }
    }
    let _ = thriftly::Server::new(Sleeper);
    let _ = thriftly::blocking::Server::new(Sleeper);
    let _ = thriftly::Server::builder().add(Sleeper);
    let _ = thriftly::Server::builder().add(thriftly::InPlace::new(Unnamed));
    let _ = thriftly::Server::builder().add_as("Sleep", thriftly::InPlace::new(Unnamed));
    let _ = thriftly::Server::builder().add_as("Sleep", Sleeper);
    let _ = thriftly::blocking::Server::builder().add(Sleeper);
    let _ = thriftly::blocking::Server::builder().add(Unnamed);
    let _ = thriftly::blocking::Server::builder().add_as("Sleep", Sleeper);
    let _ = thriftly::Multiplexed::new().add(Sleeper);
    let _ = thriftly::Server::per_connection(|_| Ok(Sleeper));
    let _ = thriftly::blocking::Server::per_connection(|_| Ok(Sleeper));
    let _ = thriftly::Server::new(SleepServer::new(std::sync::Arc::new(Sleeper)));
}

fn generic<H: Sleep + BlockingSleep>(handler: H, unbounded: impl Send) {
    let _ = SleepServer::new(&handler);
    let _ = SleepServer::new(handler);
    let _ = SleepServer::new(unbounded);
}
