//! Calls and replies, in every form and at the same time.

use thriftly::ApplicationErrorKind;
use tokio::io::AsyncWriteExt;

use super::*;

#[tokio::test]
async fn all_forms_are_answered_in_kind() {
    let server = start(Server::new(Echo::new())).await;
    for form in FORMS {
        let mut channel = connect(server.address, form).await;
        for length in [0, 1, 5000, 100_000, 1 << 20, 10 << 20] {
            let response = channel.call(request("echo", form.1, blob(length)));
            let response = hang(response).await.expect("echo");
            assert_eq!(response.kind, ResponseKind::Reply);
            assert_eq!(response.protocol, form.1);
            assert_eq!(response.body.into_bytes(), blob(length));
        }
    }
}

#[tokio::test]
async fn a_oneway_call_gets_no_reply_and_the_next_call_does() {
    let server = start(Server::new(Echo::new())).await;
    for form in FORMS {
        let mut channel = connect(server.address, form).await;
        let mut fire = request("fire", form.1, number(1));
        fire.oneway = true;
        assert_eq!(hang(channel.call(fire)).await.expect("sent").kind, ResponseKind::None);
        let reply = hang(channel.call(request("ping", form.1, number(2)))).await.expect("ping");
        assert_eq!(reply.body.into_bytes(), number(2));
    }
}

#[tokio::test]
async fn oneway_calls_are_not_answered() {
    let server = start(Server::new(Echo::new())).await;
    let mut stream = raw(server.address).await;
    // Neither `fire`, which is oneway, sent as a call, nor other methods sent as oneway calls,
    // whether they are done at once or later.
    let calls = [
        message(FORMS[0], "fire", CALL, 1, &[0]),
        message(FORMS[0], "ping", ONEWAY, 2, &[0]),
        message(FORMS[0], "fail", ONEWAY, 3, &[0]),
        message(FORMS[0], "yield", ONEWAY, 4, &[0]),
        message(FORMS[0], "Echo:ping", CALL, 5, &[0]),
    ];
    stream.write_all(&calls.concat()).await.expect("sent");
    stream.shutdown().await.expect("half closed");
    assert_eq!(read_all(&mut stream).await, message(FORMS[0], "ping", REPLY, 5, &[0]));
}

async fn shared_by_tasks(form: (Framing, Protocol), method: &'static str, in_flight: usize) {
    let server = start(Server::new(Echo::new()).max_in_flight(10)).await;
    let channel = builder(form).max_in_flight(in_flight).connect(server.address).await;
    let channel = channel.expect("the server listens");
    let tasks: Vec<_> = (0..64)
        .map(|task| {
            let mut channel = channel.clone();
            tokio::spawn(async move {
                for call in 0..200 {
                    let body = number(task * 1000 + call);
                    let reply = channel.call(request(method, form.1, body.clone()));
                    assert_eq!(reply.await.expect("echo").body.into_bytes(), body);
                }
            })
        })
        .collect();
    for task in tasks {
        hang(task).await.expect("all replies are right");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_tasks_share_a_connection() {
    for form in FORMS {
        shared_by_tasks(form, "echo", 1024).await;
    }
    shared_by_tasks(FORMS[0], "yield", 1024).await;
    shared_by_tasks(FORMS[1], "yield", 7).await;
    shared_by_tasks(FORMS[1], "echo", 1).await;
}

#[tokio::test]
async fn many_tasks_share_a_connection_on_one_thread() {
    shared_by_tasks(FORMS[1], "echo", 1024).await;
    shared_by_tasks(FORMS[0], "yield", 3).await;
}

#[tokio::test]
async fn a_slow_call_is_overtaken() {
    let echo = Echo::new();
    let server = start(Server::new(echo.clone())).await;
    let channel = connect(server.address, FORMS[1]).await;
    let slow: Vec<_> = (0..3)
        .map(|n| {
            let channel = channel.clone();
            tokio::spawn(async move { call(&channel, "slow", number(n)).await })
        })
        .collect();
    echo.has_begun(3).await;
    for n in 0..10 {
        let reply = call(&channel, "echo", number(n)).await.expect("not blocked");
        assert_eq!(reply.body.into_bytes(), number(n));
    }
    echo.gate.add_permits(3);
    for (n, slow) in slow.into_iter().enumerate() {
        let reply = slow.await.expect("no panic").expect("answered");
        assert_eq!(reply.body.into_bytes(), number(n as i32));
    }
}

#[tokio::test]
async fn the_first_of_two_slow_calls_is_answered_upon_completion() {
    let echo = Echo::new();
    let server = start(Server::new(echo.clone())).await;
    let mut stream = raw(server.address).await;
    for n in 1..=2 {
        stream.write_all(&message(FORMS[1], "slow", CALL, n, &number(n))).await.expect("sent");
        echo.has_begun(n as usize).await;
    }
    echo.gate.add_permits(1);
    let reply = message(FORMS[1], "slow", REPLY, 1, &number(1));
    let answer = tokio::time::timeout(Duration::from_secs(5), read(&mut stream, reply.len()));
    assert_eq!(answer.await.expect("at once"), reply);
}

#[tokio::test]
async fn failures_and_panics_are_answered_and_the_connection_goes_on() {
    let echo = Echo::new();
    let server = start(Server::new(echo.clone())).await;
    let channel = connect(server.address, FORMS[0]).await;
    let slow = tokio::spawn({
        let channel = channel.clone();
        async move { call(&channel, "slow", number(1)).await }
    });
    echo.has_begun(1).await;
    for (method, text) in [
        ("fail", "no luck"),
        ("panic", "the handler of `panic` panicked"),
        ("panic_later", "the handler of `panic_later` panicked"),
    ] {
        let error = exception(call(&channel, method, vec![0]).await.expect("an answer"));
        assert_eq!(error.message, text);
        assert_eq!(error.kind, ApplicationErrorKind::INTERNAL_ERROR);
        call(&channel, "ping", vec![0]).await.expect("still there");
    }
    echo.gate.add_permits(1);
    slow.await.expect("no panic").expect("not affected");
}

#[tokio::test]
async fn calls_that_come_in_one_segment_are_all_answered() {
    let server = start(Server::new(Echo::new()).max_in_flight(3).half_close(true)).await;
    for form in FORMS {
        for method in ["echo", "yield"] {
            let mut stream = raw(server.address).await;
            let calls: Vec<u8> =
                (0..50).flat_map(|n| message(form, method, CALL, n, &number(n))).collect();
            stream.write_all(&calls).await.expect("sent");
            // After a half-close the answers still arrive, in any order.
            stream.shutdown().await.expect("half closed");
            let answers = read_all(&mut stream).await;
            let length = message(form, method, REPLY, 0, &number(0)).len();
            let mut answers: Vec<_> = answers.chunks(length).collect();
            answers.sort_unstable();
            let mut replies: Vec<_> =
                (0..50).map(|n| message(form, method, REPLY, n, &number(n))).collect();
            replies.sort_unstable();
            assert_eq!(answers, replies);
        }
    }
}

#[tokio::test]
async fn bytes_may_drip() {
    let server = start(Server::new(Echo::new())).await;
    for form in FORMS {
        let mut stream = raw(server.address).await;
        stream.set_nodelay(true).expect("set");
        for byte in message(form, "echo", CALL, 7, &number(7)) {
            stream.write_all(&[byte]).await.expect("sent");
            tokio::task::yield_now().await;
        }
        let reply = message(form, "echo", REPLY, 7, &number(7));
        assert_eq!(read(&mut stream, reply.len()).await, reply);
    }
}
