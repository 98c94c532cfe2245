//! Structs, an enum, exceptions, constants, an included file and a service that extends another.
//!
//! `cargo run --example calculator`

use std::collections::HashMap;
use std::sync::Mutex;

thriftly::thrift!("calculator.thrift");

use shared::{LookupError, NotFound, SharedService, Work};

#[derive(Default)]
struct Handler {
    log: Mutex<HashMap<i32, Work>>,
}

impl SharedService for Handler {
    async fn lookup(&self, key: i32) -> Result<Work, LookupError> {
        let log = self.log.lock().expect("no handler panics");
        log.get(&key).cloned().ok_or(NotFound { key }.into())
    }
}

impl Calculator for Handler {
    async fn ping(&self) -> thriftly::Result<()> {
        println!("ping()");
        Ok(())
    }

    async fn add(&self, left: i32, right: i32) -> thriftly::Result<i32> {
        Ok(left.wrapping_add(right))
    }

    async fn calculate(&self, key: i32, task: Task) -> Result<i32, CalculateError> {
        let Task { left, right, op, .. } = task;
        let result = match op {
            Operation::Add => left.checked_add(right),
            Operation::Subtract => left.checked_sub(right),
            Operation::Multiply => left.checked_mul(right),
            Operation::Divide if right == 0 => {
                return Err(
                    InvalidOperation { what_op: op, why: "cannot divide by 0".into() }.into()
                );
            }
            Operation::Divide => left.checked_div(right),
            Operation::Unrecognized(number) => {
                let why = format!("there is no operation {number}");
                return Err(InvalidOperation { what_op: op, why }.into());
            }
        };
        let number = result.ok_or(thriftly::Error::internal("the result is too large"))?;
        let comment = task.comment.unwrap_or_default();
        self.log.lock().expect("no handler panics").insert(key, Work { number, comment });
        Ok(number)
    }

    async fn clear(&self) -> thriftly::Result<()> {
        self.log.lock().expect("no handler panics").clear();
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let service = CalculatorServer::new(Handler::default());
    let server = thriftly::Server::new(service).bind("127.0.0.1:0").await?;
    let address = server.local_addr();
    tokio::spawn(server.serve());

    let client = CalculatorClient::connect(address).await?;
    client.ping().await?;
    println!("1 + 1 = {}", client.add(1, 1).await?);

    let task = Task { left: 1, right: 0, op: Operation::Divide, comment: None };
    match client.calculate(1, &task).await {
        Err(CalculateError::InvalidOperation(error)) => println!("1 / 0: {}", error.why),
        other => println!("whoa, we can divide by zero: {other:?}"),
    }

    let task = Task {
        left: 15,
        right: 10,
        op: Operation::Subtract,
        comment: Some("fifteen minus ten".into()),
    };
    println!("15 - 10 = {}", client.calculate(2, &task).await?);

    // Methods of the extended service are the client's too.
    println!("key 2: {:?}", client.lookup(2).await?);
    if let Err(LookupError::NotFound(NotFound { key })) = client.lookup(3).await {
        println!("key {key}: nothing");
    }
    println!("{} {:?}", INT32CONSTANT, *MAPCONSTANT);
    Ok(())
}
