//! Decisions of the pool against simulated servers.

use std::time::Duration;

use super::simulation::{Outcome, Server, World};
use super::{PoolSettings, Why};

const SECOND: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(600);

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn micros(micros: u64) -> Duration {
    Duration::from_micros(micros)
}

fn world(server: Server) -> World {
    World::new(PoolSettings::default(), &[server], 1)
}

/// How many random schedules are tried: `POOL_SCHEDULES`, or a few thousand.
fn schedules() -> u64 {
    let default = if cfg!(miri) { 3 } else { 3000 };
    std::env::var("POOL_SCHEDULES").ok().and_then(|count| count.parse().ok()).unwrap_or(default)
}

#[test]
fn no_call_is_lost_repeated_or_late_in_random_schedules() {
    for seed in 1..=schedules() {
        let mut picks = World::new(PoolSettings::default(), &[], seed);
        let mut pick = |bound: u64| picks.below(bound);
        let settings = PoolSettings {
            max_connections: [1, 2, 8][pick(3) as usize],
            max_in_flight: [1, 2, 100][pick(3) as usize],
            max_waiting: [5, 16_384][pick(2) as usize],
            max_waiting_bytes: [1000, 64 << 20][pick(2) as usize],
            idle_timeout: [None, Some(millis(5)), Some(millis(500))][pick(3) as usize],
        };
        let mut server = || match pick(17) {
            0 => Server::Concurrent { longest: 1000 },
            1 => Server::Concurrent { longest: 200_000 },
            2 => Server::Serial { longest: 1000, slow: 20 },
            3 => Server::Serial { longest: 50_000, slow: 0 },
            4 => Server::OneConnection { longest: 5000 },
            5 => Server::Dead,
            6 => Server::HalfOpen { millis: pick(100) },
            7 => Server::Closes,
            8 => Server::ClosesAtCall { nth: 1 + pick(20) },
            9 => Server::ClosesIdle,
            10 => Server::Refuses,
            11 => Server::BlackHole,
            13 => Server::ClosesBehind,
            12 => Server::Steady { micros: pick(300_000) },
            15 => [Server::Drains { longest: 5000 }, Server::DrainsSerially][pick(2) as usize],
            14 => Server::Garbles { nth: 1 + pick(20) },
            _ => [Server::Repeats, Server::ReadsNothing][pick(2) as usize],
        };
        let servers: Vec<_> = [server(), server()][..1 + (seed % 2) as usize].to_vec();
        let next = server();
        let before = vec![Server::Concurrent { longest: 1000 }; servers.len()];
        let mut world = World::new(settings.clone(), &servers, seed);
        let spread = [1, 1000, 100_000, 2_000_000][world.below(4) as usize];
        for _ in 0..1 + world.below(150) {
            let delay = micros(world.below(spread));
            // Without a deadline only callers who give up are sure to end.
            let timeout = (world.below(10) != 0).then(|| millis(1 + world.below(3000)));
            let gives_up = match timeout {
                None => Some(millis(1 + world.below(500))),
                Some(_) => (world.below(5) == 0).then(|| micros(world.below(100_000))),
            };
            let oneway = world.below(6) == 0;
            let call = world.plan(delay, timeout, oneway, gives_up);
            world.calls[call].idempotent = world.below(3) == 0;
        }
        if world.below(4) == 0 {
            let (delay, timeout) = (micros(world.below(spread)), millis(world.below(500)));
            let timeout = [None, Some(Duration::ZERO), Some(timeout)][world.below(3) as usize];
            world.shut(delay, timeout);
        }
        let (shown, settings) = (format!("{servers:?}"), format!("{settings:?}"));
        let run = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            if seed % 3 == 0 {
                // It serves for a while before it does that.
                let servers = std::mem::replace(&mut world.servers, before);
                world.run(micros(spread / 2));
                world.servers = servers;
            }
            if seed % 5 == 0 {
                let after = micros(world.below(spread));
                world.run(after);
                let [within, listens] = [world.below(50), world.below(50)].map(millis);
                world.kill(0, within, listens, next);
            }
            world.run(LONG);
            world.is_over();
        }));
        assert!(run.is_ok(), "seed {seed}, {shown}, then {next:?}, {settings}");
    }
}

#[test]
fn idempotent_calls_survive_a_killed_server_in_random_schedules() {
    for seed in 1..=schedules() {
        let mut picks = World::new(PoolSettings::default(), &[], seed);
        let mut pick = |bound: u64| picks.below(bound);
        let settings = PoolSettings {
            max_connections: [1, 2, 8][pick(3) as usize],
            max_in_flight: [1, 2, 100][pick(3) as usize],
            ..PoolSettings::default()
        };
        let mut server = || match pick(4) {
            0 => Server::Concurrent { longest: 1000 },
            1 => Server::Concurrent { longest: 50_000 },
            2 => Server::Serial { longest: 1000, slow: 0 },
            _ => Server::Steady { micros: 3000 },
        };
        let (killed, other) = (server(), server());
        // Either it is back at once, or there is another one.
        let alone = pick(2) == 0;
        let servers = [killed, other][..if alone { 1 } else { 2 }].to_vec();
        let next = if alone || pick(2) == 0 { killed } else { Server::Refuses };
        let within = millis([0, 1, 10, 50][pick(4) as usize]);
        let listens = if alone { Duration::ZERO } else { within / [1, 2][pick(2) as usize] };
        let mut world = World::new(settings.clone(), &servers, seed);
        let (spread, count) = ([1, 1000, 100_000][pick(3) as usize], 1 + pick(150));
        for _ in 0..count {
            let call = world.call(micros(pick(spread)), Some(30 * SECOND));
            world.calls[call].idempotent = pick(2) == 0;
        }
        let before = micros(pick(spread + 3000));
        let run = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            world.run(before);
            world.kill(0, within, listens, next);
            world.run(LONG);
            world.is_over();
            for (number, call) in world.calls.iter().enumerate() {
                let outcome = call.ended.map(|(_, outcome)| outcome);
                let lost = !call.idempotent && outcome == Some(Outcome::Failed(Why::Lost));
                assert!(outcome == Some(Outcome::Answered) || lost, "call {number}: {call:?}");
            }
        }));
        let shown = format!("{servers:?}, {next:?} within {within:?}, after {before:?}");
        assert!(run.is_ok(), "seed {seed}, {shown}, {settings:?}");
    }
}

/// A world with so many connections to one server. The first `busy` have an idempotent call in flight for
/// another second, the others none.
fn connected(settings: PoolSettings, count: usize, busy: usize) -> (World, Vec<usize>) {
    let mut world = World::new(settings, &[Server::Serial { longest: 200, slow: 0 }], 1);
    let mut calls = Vec::new();
    for _ in 0..100 {
        world.call(Duration::ZERO, Some(SECOND));
        world.run(millis(1));
    }
    for number in 0..count {
        // Each is put on a connection of its own, as those before are slow.
        let takes = if number < busy { 2 * SECOND } else { SECOND - millis(100) * number as u32 };
        let call = world.slow_call_within(takes, 30 * SECOND);
        world.calls[call].idempotent = number < busy;
        calls.extend((number < busy).then_some(call));
        world.run(millis(100));
    }
    world.run(SECOND - millis(90) * count as u32);
    assert_eq!(world.links().len(), count);
    assert_eq!(world.pool.stats().in_flight as usize, busy);
    (world, calls)
}

/// All orders of so many.
fn orders(count: u32) -> Vec<Vec<u32>> {
    let Some(last) = count.checked_sub(1) else { return vec![Vec::new()] };
    let shorter = orders(last).into_iter();
    let longer = |order: Vec<u32>| {
        (0..=order.len()).map(move |at| [&order[..at], &[last], &order[at..]].concat())
    };
    shorter.flat_map(longer).collect()
}

#[test]
fn an_idempotent_call_survives_a_killed_server_in_whatever_order_its_connections_are_lost() {
    for (order, in_flight) in
        orders(4).into_iter().flat_map(|order| [(order.clone(), 1), (order, 100)])
    {
        for (gap, busy) in [(0, 4), (200, 4), (5000, 4), (0, 1), (200, 1), (5000, 1)] {
            let settings = PoolSettings {
                max_connections: 4,
                max_in_flight: in_flight,
                ..PoolSettings::default()
            };
            let (mut world, mut calls) = connected(settings, 4, busy);
            for (link, nth) in world.links().into_iter().zip(&order) {
                world.dies(link, micros(gap) * *nth);
            }
            for number in 0..10 {
                let call = world.call(micros(gap / 3) * number, Some(30 * SECOND));
                world.calls[call].idempotent = true;
                calls.push(call);
            }
            world.run(LONG);
            world.is_over();
            for call in calls {
                let record = &world.calls[call];
                let answered =
                    record.ended.is_some_and(|(_, outcome)| outcome == Outcome::Answered);
                assert!(answered, "{order:?}, {gap} µs, {busy} busy: {record:?}");
            }
        }
    }
}

#[test]
fn a_repeated_call_waits_for_a_sign_of_life_and_holds_up_no_other() {
    let (mut world, calls) = connected(PoolSettings::default(), 2, 1);
    let lost = world.links()[0];
    world.dies(lost, Duration::ZERO);
    // New connections cannot be had for half a second.
    world.becomes(Server::BlackHole);
    world.run(millis(50));
    assert_eq!(world.pool.stats().waiting, 1);
    assert_eq!(world.calls[calls[0]].received, 1);
    // The other connection goes on as before.
    world.becomes(Server::Serial { longest: 200, slow: 0 });
    let other = world.call(Duration::ZERO, Some(SECOND));
    world.run(millis(50));
    assert!(world.took(other) < millis(10), "{:?}", world.took(other));
    assert_eq!(world.calls[calls[0]].received, 2);
    world.run(LONG);
    world.is_over();
    assert_eq!(world.count(Outcome::Answered), world.calls.len());
}

#[test]
fn idle_connections_to_a_lost_server_make_room_for_repeated_calls_that_need_it() {
    for (max_connections, in_flight, received) in [(2, 3, &[2, 2, 1][..]), (3, 2, &[2, 2])] {
        let settings = PoolSettings { max_connections, ..PoolSettings::default() };
        let mut world = World::new(settings, &[Server::Concurrent { longest: 300 }], 1);
        for number in 0..200 {
            world.call(micros(20 * number), Some(SECOND));
        }
        world.run(millis(20));
        // It blocks the first connection, and then leaves it idle.
        world.slow_call(millis(200));
        world.run(millis(50));
        let slow = (0..in_flight).map(|_| world.slow_call_within(2 * SECOND, 30 * SECOND));
        let calls: Vec<_> = slow.collect();
        for &call in &calls {
            world.calls[call].idempotent = true;
        }
        world.run(millis(500));
        let [idle, busy] = world.links()[..] else { panic!("{:?}", world.pool) };
        assert_eq!(world.pool.stats().in_flight, in_flight);
        let opened = world.opened;
        world.dies(busy, Duration::ZERO);
        for _ in 0..3 {
            world.call(micros(200), Some(30 * SECOND));
        }
        world.run(micros(200));
        // Calls go one at a time now, and two connections are opened for them at once.
        assert_eq!(world.opened - opened, 2, "{:?}", world.pool);
        world.run(millis(20));
        assert_eq!(world.links().len(), max_connections, "{:?}", world.pool);
        assert_eq!(world.links().contains(&idle), max_connections == 3, "{:?}", world.pool);
        let times: Vec<_> = calls.iter().map(|call| world.calls[*call].received).collect();
        assert_eq!(times, received);
        world.run(LONG);
        world.is_over();
        assert_eq!(world.count(Outcome::Answered), world.calls.len());
    }
}

#[test]
fn a_repeated_call_that_waits_for_the_next_try_to_connect_fails_no_other() {
    let (mut world, calls) = connected(PoolSettings::default(), 2, 1);
    // It answers, but refuses connections: each try to open one comes later than the last.
    world.becomes(Server::DrainsSerially);
    world.slow_call(millis(500));
    let waits = world.call(millis(1), Some(30 * SECOND));
    world.run(millis(520));
    assert!(world.took(waits) < millis(510));
    let lost = world.links()[0];
    world.dies(lost, Duration::ZERO);
    world.run(millis(1));
    assert_eq!((world.calls[calls[0]].received, world.pool.stats().waiting), (1, 1));
    let other = world.call(Duration::ZERO, Some(millis(20)));
    world.run(millis(20));
    assert_eq!(world.calls[other].ended.map(|(_, outcome)| outcome), Some(Outcome::Answered));
    world.run(LONG);
    world.is_over();
}

#[test]
fn a_repeated_call_fails_at_once_if_the_server_is_gone() {
    for in_flight in [1, 100] {
        let settings = PoolSettings { max_in_flight: in_flight, ..PoolSettings::default() };
        let (mut world, calls) = connected(settings, 4, 2);
        // The ends of the others are not seen before they are used.
        for link in world.links() {
            world.dies(link, if world.links()[0] == link { Duration::ZERO } else { LONG });
        }
        world.becomes(Server::Refuses);
        world.run(millis(20));
        let outcome = world.calls[calls[0]].ended.map(|(_, outcome)| outcome);
        assert_eq!(outcome, Some(Outcome::Failed(Why::Lost)));
        assert_eq!(world.calls[calls[0]].received, 1);
        world.run(2 * LONG);
        world.is_over();
    }
}

#[test]
fn a_killed_server_that_stays_away_is_tried_less_and_less() {
    for in_flight in [1, 100] {
        let settings = PoolSettings { max_in_flight: in_flight, ..PoolSettings::default() };
        let (mut world, _) = connected(settings, 8, 8);
        let (before, answered) = (world.opened, world.count(Outcome::Answered));
        world.kill(0, millis(10), Duration::ZERO, Server::Refuses);
        for number in 0..5000 {
            let call = world.call(millis(2 * number), Some(SECOND));
            world.calls[call].idempotent = number % 2 == 0;
        }
        world.run(LONG);
        world.is_over();
        // In ten seconds, eight connections at a time.
        assert!(world.opened - before < 100, "{} tries", world.opened - before);
        assert_eq!(world.count(Outcome::Answered), answered);
    }
}

#[test]
fn a_closed_pool_answers_the_calls_that_it_has_and_refuses_others() {
    let mut world = world(Server::Concurrent { longest: 2000 });
    let before: Vec<_> = (0..50).map(|at| world.call(micros(at), Some(SECOND))).collect();
    let slow = world.slow_call(millis(100));
    world.shut(micros(50), None);
    let after = world.call(micros(60), Some(SECOND));
    world.run(millis(50));
    assert!(!world.pool.is_closed() && world.pool.connections() > 0);
    world.run(LONG);
    world.is_over();
    assert_eq!(world.count(Outcome::Answered), before.len() + 1);
    assert!(world.took(slow) >= millis(100));
    assert_eq!(world.calls[after].ended.map(|(_, outcome)| outcome), Some(Outcome::Refused));
    assert_eq!(world.pool.connections(), 0);
}

#[test]
fn calls_that_are_left_when_the_time_of_a_closed_pool_is_over_fail() {
    let mut world = world(Server::Dead);
    let sent = world.call(Duration::ZERO, Some(SECOND));
    world.run(millis(10));
    world.shut(Duration::ZERO, Some(millis(100)));
    world.run(LONG);
    world.is_over();
    assert_eq!(world.count(Outcome::Failed(Why::ChannelClosed { sent: true })), 1);
    assert!(world.took(sent) < millis(120));
}

#[test]
fn a_fast_server_is_served_by_one_connection() {
    let mut world = world(Server::Concurrent { longest: 200 });
    for number in 0..5000 {
        world.call(micros(number * 5), Some(SECOND));
    }
    world.run(LONG);
    world.is_over();
    assert_eq!(world.count(Outcome::Answered), 5000);
    assert_eq!(world.opened, 1);
}

/// The latency of the later half of the calls, the worst one in a hundred left out.
fn settled(world: &World) -> Duration {
    let half = world.calls.len() / 2;
    let mut times: Vec<_> = (half..world.calls.len()).map(|call| world.took(call)).collect();
    times.sort();
    times[times.len() * 99 / 100]
}

#[test]
fn calls_over_a_long_line_do_not_wait_for_each_other() {
    let mut world = world(Server::Steady { micros: 200_000 });
    for number in 0..6000 {
        world.call(micros(number * 1000), Some(30 * SECOND));
    }
    world.run(LONG);
    world.is_over();
    assert!(settled(&world) < millis(210), "{:?}", settled(&world));
}

#[test]
fn calls_to_a_serial_server_are_spread() {
    // Three times what one connection could answer.
    let mut world = world(Server::Serial { longest: 2000, slow: 0 });
    for number in 0..6000 {
        world.call(micros(number * 333), Some(30 * SECOND));
    }
    world.run(LONG);
    world.is_over();
    assert!(settled(&world) < millis(12), "{:?}", settled(&world));
}

#[test]
fn a_slow_call_does_not_hold_others_up() {
    let mut world =
        World::new(PoolSettings::default(), &[Server::Serial { longest: 200, slow: 0 }], 1);
    // Every connection has been used before, and takes calls one by one.
    for number in 0..100 {
        world.call(micros(number * 500), Some(SECOND));
    }
    world.run(SECOND);
    let slow = world.slow_call(Duration::from_secs(2));
    let quick: Vec<_> =
        (1..=1000).map(|number| world.call(millis(number), Some(SECOND * 30))).collect();
    world.run(LONG);
    world.is_over();
    assert!(world.took(slow) >= 2 * SECOND);
    let mut times: Vec<_> = quick.into_iter().map(|call| world.took(call)).collect();
    times.sort();
    assert!(times[990] < millis(50), "{:?}", times[990]);
    assert!(times[999] < millis(50), "{:?}", times[999]);
}

#[test]
fn calls_at_the_same_time_are_not_put_behind_each_other_on_a_new_connection() {
    let mut world = world(Server::Serial { longest: 200, slow: 0 });
    let slow = world.slow_call(2 * SECOND);
    let quick: Vec<_> = (0..3).map(|_| world.call(Duration::ZERO, None)).collect();
    world.run(LONG);
    assert!(world.took(slow) >= 2 * SECOND);
    for call in quick {
        assert!(world.took(call) < millis(50), "{:?}", world.took(call));
    }
}

#[test]
fn a_connection_whose_call_is_late_rests_and_is_used_again() {
    let mut world = world(Server::Serial { longest: 200, slow: 0 });
    let late = world.slow_call_within(millis(400), millis(300));
    world.call(millis(310), Some(millis(300)));
    world.run(millis(350));
    assert_eq!(world.calls[late].ended.map(|(_, outcome)| outcome), Some(TIMEOUT));
    assert_eq!(world.count(Outcome::Answered), 1);
    assert_eq!(world.pool.connections(), 2);
    world.run(LONG);
    // The late answer came within the grace: both are kept.
    assert_eq!(world.pool.connections(), 2);
}

const TIMEOUT: Outcome = Outcome::Failed(Why::Timeout { sent: true });

#[test]
fn a_dead_connection_is_closed_after_another_deadline() {
    let mut world = world(Server::Dead);
    world.call(Duration::ZERO, Some(millis(300)));
    world.run(millis(500));
    assert_eq!((world.count(TIMEOUT), world.pool.connections()), (1, 1));
    world.run(millis(200));
    assert_eq!(world.pool.connections(), 0);
}

#[test]
fn calls_of_which_no_byte_was_written_are_sent_again_once() {
    let settings = PoolSettings { max_connections: 1, ..PoolSettings::default() };
    for (second, outcome) in [
        (Server::Concurrent { longest: 100 }, Outcome::Answered),
        (Server::ReadsNothing, Outcome::Failed(Why::Unsent)),
    ] {
        let servers = [Server::ReadsNothing, second];
        let mut world = World::new(settings.clone(), &servers, 1);
        for _ in 0..5 {
            world.call(Duration::ZERO, Some(SECOND));
        }
        world.run(LONG);
        world.is_over();
        assert_eq!(world.count(outcome), 5);
        assert_eq!(world.opened, 2);
    }
}

#[test]
fn idempotent_calls_are_sent_again_once_after_their_connection_was_closed() {
    for (second, outcome, received) in [
        (Server::Concurrent { longest: 100 }, Outcome::Answered, 2),
        (Server::ClosesAtCall { nth: 1 }, Outcome::Failed(Why::Lost), 2),
        (Server::Garbles { nth: 1 }, Outcome::Failed(Why::Lost), 2),
        (Server::ReadsNothing, Outcome::Answered, 2),
    ] {
        for idempotent in [true, false] {
            let mut world = world(Server::ClosesAtCall { nth: 1 });
            let call = world.idempotent_call(idempotent);
            world.run_until_received(call);
            world.becomes(second);
            if second == Server::ReadsNothing {
                // The second connection takes no byte of it: that is no second write.
                world.run(millis(30));
                world.becomes(Server::Concurrent { longest: 100 });
            }
            world.run(LONG);
            world.is_over();
            let (outcome, received) = match idempotent {
                true => (outcome, received),
                false => (Outcome::Failed(Why::Lost), 1),
            };
            let record = &world.calls[call];
            assert_eq!((world.count(outcome), record.received), (1, received), "{second:?}");
        }
    }
}

#[test]
fn calls_whose_replies_cannot_be_read_are_not_sent_again() {
    let mut world = world(Server::Garbles { nth: 1 });
    let call = world.idempotent_call(true);
    world.run(LONG);
    world.is_over();
    assert_eq!((world.calls[call].received, world.count(Outcome::Failed(Why::Lost))), (1, 1));
}

#[test]
fn a_call_that_was_written_is_never_reported_as_unsent() {
    for (server, why) in
        [(Server::Refuses, Why::Lost), (Server::BlackHole, Why::Timeout { sent: true })]
    {
        let mut world = world(Server::ClosesAtCall { nth: 1 });
        let call = world.idempotent_call(true);
        world.run_until_received(call);
        world.becomes(server);
        world.run(LONG);
        world.is_over();
        assert_eq!(world.calls[call].received, 1, "{server:?}");
        assert_eq!(world.count(Outcome::Failed(why)), 1, "{server:?}: {:?}", world.calls[call]);
    }
}

/// A world whose server, or the first of two, shuts down with a slow call in flight; and a quick call then.
fn draining(settings: PoolSettings, server: Server, others: &[Server]) -> (World, usize, usize) {
    let (before, apart) = match server {
        Server::DrainsSerially => (Server::Serial { longest: 1000, slow: 0 }, 5000),
        // One connection is all that it takes.
        _ if settings.max_in_flight == 1 => (Server::Concurrent { longest: 1000 }, 5000),
        _ => (Server::Concurrent { longest: 1000 }, 100),
    };
    let servers = [&[before][..], others].concat();
    let mut world = World::new(settings, &servers, 1);
    for number in 0..200 {
        world.call(micros(number * apart), Some(30 * SECOND));
    }
    world.run(2 * SECOND);
    let slow = world.slow_call_within(20 * SECOND, 30 * SECOND);
    world.run(millis(50));
    world.becomes(server);
    world.servers.extend(others);
    let quick = world.call(Duration::ZERO, Some(30 * SECOND));
    world.run(LONG);
    world.is_over();
    (world, slow, quick)
}

#[test]
fn a_call_behind_a_server_that_shuts_down_is_answered_or_fails_soon() {
    let serial = PoolSettings { max_in_flight: 1, ..PoolSettings::default() };
    for (settings, server) in [
        (PoolSettings::default(), Server::Drains { longest: 1000 }),
        (PoolSettings::default(), Server::DrainsSerially),
        (serial, Server::Drains { longest: 1000 }),
    ] {
        let (world, slow, quick) = draining(settings.clone(), server, &[]);
        let took = (world.took(slow), world.took(quick));
        assert!(took.0 >= 20 * SECOND && took.1 < 5 * SECOND, "{server:?}: {took:?}");
        let (_, outcome) = world.calls[quick].ended.expect("it is over");
        let expected = match (server, settings.max_in_flight) {
            // It has been seen to answer out of order.
            (Server::Drains { .. }, 2..) => Outcome::Answered,
            _ => Outcome::Failed(Why::Unreachable),
        };
        assert_eq!(outcome, expected, "{server:?}");
        let (world, _, quick) = draining(settings, server, &[Server::Concurrent { longest: 1000 }]);
        assert!(world.took(quick) < millis(200), "{server:?}: {:?}", world.took(quick));
        assert_eq!(world.calls[quick].ended.map(|(_, outcome)| outcome), Some(Outcome::Answered));
    }
}

#[test]
fn connections_that_rest_make_room_for_a_new_one() {
    let settings = PoolSettings { max_connections: 2, ..PoolSettings::default() };
    let mut world = World::new(settings, &[Server::Dead], 1);
    for at in [0, 1, 310] {
        world.call(millis(at), Some(millis(300)));
    }
    world.run(millis(305));
    assert_eq!((world.count(TIMEOUT), world.opened), (2, 2));
    world.run(millis(15));
    // Neither has rested for another deadline.
    assert_eq!((world.opened, world.pool.connections()), (3, 2));
}

#[test]
fn losses_with_several_calls_in_flight_are_rarer_each_time() {
    let mut world = world(Server::ClosesAtCall { nth: 300 });
    for number in 0..200_000 {
        world.call(micros(number * 250), Some(30 * SECOND));
    }
    world.run(LONG);
    world.is_over();
    let lost = world.count(Outcome::Failed(Why::Lost));
    // Fifty seconds: one at a time for 5, 10, 20 and 40 of them.
    assert!(lost < 200_000 / 300 * 2, "{lost}");
}

#[test]
fn callers_that_give_up_on_a_dead_connection_do_not_stay_on_it() {
    let mut world = World::new(PoolSettings::default(), &[Server::HalfOpen { millis: 10 }], 1);
    world.call(Duration::ZERO, None);
    for number in 1..100 {
        world.plan(millis(20 * number), None, false, Some(millis(15)));
    }
    world.run(3 * SECOND);
    // New connections answer for a while.
    assert!(world.opened > 5);
    assert!(world.count(Outcome::Answered) > 5, "{}", world.count(Outcome::Answered));
    world.run(LONG);
    world.is_over();
}

#[test]
fn a_peer_that_accepts_and_closes_costs_two_tries() {
    let mut world = world(Server::Closes);
    world.call(Duration::ZERO, Some(30 * SECOND));
    world.run(LONG);
    world.is_over();
    assert!(world.opened <= 2, "{}", world.opened);
    // Many calls in turn are held back.
    for number in 0..1000 {
        world.call(millis(number), Some(30 * SECOND));
    }
    world.run(LONG);
    world.is_over();
    assert!(world.opened < 40, "{}", world.opened);
}

#[test]
fn another_address_is_used_when_one_fails() {
    for broken in [Server::Refuses, Server::Closes] {
        let servers = [broken, Server::Concurrent { longest: 1000 }];
        let mut world = World::new(PoolSettings::default(), &servers, 1);
        for number in 0..100 {
            world.call(millis(number * 10), Some(SECOND));
        }
        world.run(LONG);
        world.is_over();
        assert!(world.count(Outcome::Answered) >= 99, "{}", world.count(Outcome::Answered));
    }
}

#[test]
fn after_a_loss_with_several_calls_in_flight_they_go_one_at_a_time() {
    let mut world = world(Server::ClosesAtCall { nth: 500 });
    for number in 0..2000 {
        world.call(micros(number * 20), Some(30 * SECOND));
    }
    world.run(LONG);
    world.is_over();
    let lost = world.count(Outcome::Failed(Why::Lost));
    // One connection's window at first, then one call with each further connection.
    assert!((1..=100 + 10).contains(&lost), "{lost}");
    assert_eq!(world.count(Outcome::Answered) + lost, 2000);
}

#[test]
fn a_connection_that_was_closed_while_idle_costs_no_call() {
    let mut world = world(Server::ClosesIdle);
    for number in 0..200 {
        world.call(millis(number * 3), Some(SECOND));
    }
    world.run(LONG);
    world.is_over();
    assert_eq!(world.count(Outcome::Answered), 200);
}

#[test]
fn a_server_that_closes_behind_its_answers_is_found_out() {
    let mut world = world(Server::ClosesBehind);
    for number in 0..2000 {
        world.call(micros(number * 150), Some(SECOND));
    }
    world.run(LONG);
    world.is_over();
    let lost = world.count(Outcome::Failed(Why::Lost));
    assert!(lost < 20, "{lost}");
    assert!(settled(&world) < millis(50), "{:?}", settled(&world));
}

#[test]
fn many_connections_that_were_closed_while_idle_cost_no_call() {
    let settings = PoolSettings { max_in_flight: 1, ..PoolSettings::default() };
    let mut world = World::new(settings, &[Server::ClosesIdle], 1);
    for round in 0..20 {
        for _ in 0..8 {
            world.call(millis(round * 50), Some(SECOND));
        }
    }
    world.run(LONG);
    world.is_over();
    assert_eq!(world.count(Outcome::Answered), 160);
}

#[test]
fn what_waits_is_bounded_and_freed() {
    let settings = PoolSettings {
        max_connections: 1,
        max_in_flight: 1,
        max_waiting: 10,
        ..PoolSettings::default()
    };
    let mut world = World::new(settings, &[Server::Dead], 1);
    for _ in 0..20 {
        world.plan(Duration::ZERO, None, false, Some(millis(100)));
    }
    world.run(millis(50));
    assert!(world.count(Outcome::Refused) >= 9, "{}", world.count(Outcome::Refused));
    world.run(millis(60));
    assert_eq!(world.pool.calls(), 0);
}

#[test]
fn a_server_of_one_connection_is_found_out() {
    let mut world =
        World::new(PoolSettings::default(), &[Server::OneConnection { longest: 100 }], 1);
    world.call(Duration::ZERO, Some(SECOND));
    world.run(millis(100));
    let slow = world.slow_call(millis(100));
    world.call(millis(1), Some(SECOND));
    let steady: Vec<_> =
        (2..400).map(|number| world.call(millis(number * 10), Some(SECOND))).collect();
    world.run(LONG);
    world.is_over();
    assert!(world.took(slow) >= millis(100));
    let failed = world.calls.len() - world.count(Outcome::Answered);
    // About one for each connection that is tried before the first deadline.
    assert!(failed <= 10, "{failed} of {}", steady.len());
}

#[test]
fn idle_connections_are_kept_unless_a_timeout_is_set() {
    for (idle_timeout, left) in [(None, 1), (Some(SECOND), 0)] {
        let settings = PoolSettings { idle_timeout, ..PoolSettings::default() };
        let mut world = World::new(settings, &[Server::Concurrent { longest: 100 }], 1);
        world.call(Duration::ZERO, Some(SECOND));
        world.run(LONG);
        assert_eq!(world.pool.connections(), left);
    }
}

#[test]
fn without_pipelining_calls_have_connections_of_their_own() {
    let settings = PoolSettings { max_in_flight: 1, ..PoolSettings::default() };
    let mut world = World::new(settings, &[Server::Concurrent { longest: 20_000 }], 1);
    for _ in 0..1000 {
        world.call(Duration::ZERO, Some(30 * SECOND));
    }
    world.run(LONG);
    world.is_over();
    assert_eq!(world.count(Outcome::Answered), 1000);
    assert_eq!(world.opened, 8);
}
