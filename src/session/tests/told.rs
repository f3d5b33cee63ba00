//! What a session is told by a scenario.

use super::*;
use crate::scenario::{ReadOptions, read};
use crate::session::{DEFAULT_GREETING, DEFAULT_IDLE_TIMEOUT, MAX_GREETING, MAX_OUTBOX};
use crate::wire::DEFAULT_MAX_MESSAGE;

/// What the server of a scenario with these keys is told.
fn told(keys: &str) -> Option<Config> {
    let text = format!(r#"{{ {keys} "steps": [{{ "send": "Rose" }}] }}"#);
    let (scenario, _) = read("told.json", text.as_bytes(), &ReadOptions::default()).unwrap();
    Config::for_scenario(&scenario).ok()
}

#[test]
fn what_is_not_said_is_as_by_default_and_the_framing_that_of_the_client() {
    assert_eq!(told("").unwrap(), line());
    assert_eq!(told(r#""server": {},"#).unwrap(), line());
    let told = told(r#""framing": "netstring","#).unwrap();
    assert_eq!(told.framing, Framing::Netstring);
    assert_eq!(told.greeting.as_deref(), Some(DEFAULT_GREETING));
    assert_eq!(told.idle_timeout, DEFAULT_IDLE_TIMEOUT);
    assert_eq!(told.max_message, DEFAULT_MAX_MESSAGE);
    assert_eq!(told.max_outbox, MAX_OUTBOX);
}

#[test]
fn what_is_said_counts() {
    let told = told(
        r#""server": { "greeting": "Hi", "framing": "raw", "reply": "echo", "think_time": "5ms", "idle_timeout": "1s", "max_message": 9 },"#,
    );
    let expected = Config {
        framing: Framing::Raw,
        greeting: Some(b"Hi".to_vec()),
        reply: crate::scenario::Reply::Echo,
        think_time: Duration::from_millis(5),
        idle_timeout: Duration::from_secs(1),
        max_message: 9,
        ..Config::default()
    };
    assert_eq!(told, Some(expected));
}

#[test]
fn a_greeting_may_be_as_long_as_the_bound_and_no_longer() {
    assert_eq!(MAX_GREETING, 1024 * 1024);
    let greeting = |times| {
        told(&format!(
            r#""server": {{ "greeting": {{ "repeat": "W", "times": {times} }} }},"#
        ))
    };
    let longest = greeting(MAX_GREETING).unwrap().greeting.unwrap();
    assert_eq!(longest.len(), MAX_GREETING);
    assert_eq!(greeting(MAX_GREETING + 1), None);
}

#[test]
fn over_packets_there_is_one_framing_and_without_connections_nothing_is_said_first() {
    use crate::wire::Carries;
    let options = ReadOptions::default();
    for server in ["", r#""server": { "reply": "echo" },"#] {
        let text = format!(r#"{{ "framing": "line", {server} "steps": [{{ "send": "x" }}] }}"#);
        let (scenario, _) = read("test.json", text.as_bytes(), &options).unwrap();
        for (over, framing, greets) in [
            (Carries::Bytes, Framing::LINE, true),
            (Carries::PacketsConnected, Framing::Datagram, true),
            (Carries::Packets, Framing::Datagram, false),
        ] {
            let config = Config::for_scenario_over(&scenario, over).unwrap();
            assert_eq!(config.framing, framing, "{over:?}");
            assert_eq!(config.greeting.is_some(), greets, "{over:?}");
        }
    }
}
