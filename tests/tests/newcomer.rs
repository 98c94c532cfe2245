//! A program as the guide teaches it: three exceptions, state, a layer, graceful shutdown, and a mock.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

thriftly::thrift!(inline: r#"
    exception NotFound { 1: required string name }
    exception Overdrawn { 1: required i64 missing }
    exception Locked { 1: string message }

    service Bank {
        i64 balance(1: string name) throws (1: NotFound not_found)
        i64 withdraw(1: string name, 2: i64 amount)
            throws (1: NotFound not_found, 2: Overdrawn overdrawn, 3: Locked locked)
    }
"#);

#[derive(Default)]
struct Ledger {
    accounts: Mutex<HashMap<String, i64>>,
}

impl Bank for Ledger {
    async fn balance(&self, name: String) -> Result<i64, BalanceError> {
        let found = self.accounts.lock().unwrap().get(&name).copied();
        Ok(found.ok_or_else(|| NotFound::new(name))?)
    }

    async fn withdraw(&self, name: String, amount: i64) -> Result<i64, WithdrawError> {
        if amount < 0 {
            return Err(Locked { message: "deposits are closed".into() }.into());
        }
        let mut accounts = self.accounts.lock().unwrap();
        let balance = accounts.get_mut(&name).ok_or_else(|| NotFound::new(name))?;
        if *balance < amount {
            return Err(Overdrawn::new(amount - *balance).into());
        }
        *balance -= amount;
        Ok(*balance)
    }
}

/// Whether somebody can pay, by a bank that is a client, a handler or a mock.
async fn can_pay(bank: &impl Bank, name: &str, price: i64) -> thriftly::Result<bool> {
    match bank.balance(name.into()).await {
        Ok(balance) => Ok(balance >= price),
        Err(BalanceError::NotFound(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

static CALLS: AtomicU32 = AtomicU32::new(0);

#[tokio::test]
async fn a_service_with_exceptions_state_a_layer_and_graceful_shutdown() -> thriftly::Result<()> {
    let ledger = Ledger { accounts: Mutex::new([("ada".into(), 100)].into()) };
    let counting = thriftly::from_fn(|request, next| {
        CALLS.fetch_add(1, Ordering::Relaxed);
        next.run(request)
    });
    let server = thriftly::Server::new(BankServer::new(ledger)).layer(counting);
    let server = server.bind("127.0.0.1:0").await?;
    let bank = BankClient::connect(server.local_addr()).await?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(server.serve_until(stopped));

    assert_eq!(bank.withdraw("ada", 30).await?, 70);
    let overdrawn = bank.withdraw("ada", 100).await;
    assert!(matches!(overdrawn, Err(WithdrawError::Overdrawn(one)) if one.missing == 30));
    assert!(matches!(bank.withdraw("bob", 1).await, Err(WithdrawError::NotFound(_))));
    assert_eq!(bank.withdraw("ada", -1).await.unwrap_err().to_string(), "deposits are closed");
    assert!(can_pay(&bank, "ada", 70).await?);
    assert_eq!(CALLS.load(Ordering::Relaxed), 5);

    drop(bank);
    stop.send(()).ok();
    serving.await.unwrap()
}

#[tokio::test]
async fn a_mock_is_an_impl_of_the_trait() -> thriftly::Result<()> {
    struct Empty;
    impl Bank for Empty {
        async fn balance(&self, name: String) -> Result<i64, BalanceError> {
            Err(NotFound::new(name).into())
        }
        async fn withdraw(&self, _: String, amount: i64) -> Result<i64, WithdrawError> {
            Err(Overdrawn::new(amount).into())
        }
    }
    assert!(!can_pay(&Empty, "ada", 1).await?);
    Ok(())
}
