use std::time::{Duration, SystemTime};

use thriftly::ThriftStruct;

mod wrong_wire {
    pub fn to_thrift(_: &std::time::Duration) -> u128 {
        0
    }
    pub fn from_thrift(_: u128) -> Result<std::time::Duration, String> {
        Err("never".to_owned())
    }
}

mod millis {
    pub fn to_thrift(pause: &std::time::Duration) -> i64 {
        pause.as_millis() as i64
    }
    pub fn from_thrift(millis: i64) -> Result<std::time::Duration, String> {
        Ok(std::time::Duration::from_millis(millis as u64))
    }
}

#[derive(ThriftStruct)]
struct Wire {
    #[thrift(id = 1, with = wrong_wire)]
    pause: Duration,
}

#[derive(ThriftStruct)]
struct Other {
    #[thrift(id = 1, required, with = millis)]
    time: SystemTime,
}

fn main() {}
