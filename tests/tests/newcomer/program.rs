use std::collections::HashMap;
use std::sync::Mutex;

thriftly::thrift!(inline: "
    exception NotFound { 1: required string name }
    exception Overdrawn { 1: required i64 missing }
    exception Locked { 1: required string message }

    service Bank {
        i64 withdraw(1: string name, 2: i64 amount)
            throws (1: NotFound not_found, 2: Overdrawn overdrawn, 3: Locked locked)
    }
");

struct Ledger(Mutex<HashMap<String, i64>>);

impl Bank for Ledger {
    async fn withdraw(&self, name: String, amount: i64) -> Result<i64, WithdrawError> {
        let mut accounts = self.0.lock().unwrap();
        let balance = accounts.get_mut(&name).ok_or_else(|| NotFound::new(name))?;
        if amount < 0 {
            Err(Locked::new("deposits are closed"))?;
        } else if amount > *balance {
            Err(Overdrawn::new(amount - *balance))?;
        }
        *balance -= amount;
        Ok(*balance)
    }
}

async fn pay(bank: &impl Bank, name: &str, price: i64) -> String {
    match bank.withdraw(name.into(), price).await {
        Ok(left) => format!("{left} left"),
        Err(WithdrawError::Overdrawn(error)) => format!("{} missing", error.missing),
        Err(error) => format!("not paid: {error}"),
    }
}

#[tokio::main]
pub(crate) async fn main() -> thriftly::Result<()> {
    let ledger = Ledger(Mutex::new([("ada".into(), 100)].into()));
    let log = thriftly::from_fn(|request, next| {
        println!("call of {}", request.method);
        next.run(request)
    });
    let server = thriftly::Server::new(BankServer::new(ledger)).layer(log);
    let server = server.bind("127.0.0.1:0").await?;
    let bank = BankClient::connect(server.local_addr()).await?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(server.serve_until(stopped));

    assert_eq!(bank.withdraw("ada", 30).await?, 70);
    assert_eq!(pay(&bank, "ada", 100).await, "30 missing");
    assert_eq!(pay(&bank, "ada", -1).await, "not paid: deposits are closed");

    drop((bank, stop));
    serving.await.unwrap()
}

#[tokio::test]
async fn who_has_no_account_cannot_pay() {
    struct Empty;
    impl Bank for Empty {
        async fn withdraw(&self, name: String, _: i64) -> Result<i64, WithdrawError> {
            Err(NotFound::new(name))?
        }
    }
    assert_eq!(pay(&Empty, "ada", 1).await, "not paid: NotFound: name = \"ada\"");
}
