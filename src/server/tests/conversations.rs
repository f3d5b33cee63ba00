//! What clients see.

use super::*;

#[tokio::test]
async fn the_tutorials_conversation_is_held_in_raw() {
    let server = Running::start(Config::default()).await;
    let mut client = server.connect().await;
    client.hear("Welcome!").await;
    for (message, reply) in [
        ("Rose", "Hello, Rose!"),
        ("Think", "Hello, Think!"),
        ("Babala", "Hello, Babala!"),
    ] {
        client.say(message.as_bytes()).await;
        client.hear(reply).await;
    }
    client.say(b"exit").await;
    client.hear_last("").await;
    drop(client);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_of_200_clients_that_leave_bytes_unread_see_the_last_reply() {
    let server = Running::start(line()).await;
    for _ in 0..200 {
        let mut client = server.connect().await;
        // More than one read takes, less than is drained: the server ends its session with bytes unread.
        let mut bytes = b"Rose\nexit\n".to_vec();
        bytes.resize(100 << 10, b'x');
        client.say(&bytes).await;
        client.hear_last("Welcome!\nHello, Rose!\n").await;
    }
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_still_writes_when_the_session_is_over_is_not_reset() {
    let server = Running::start(line()).await;
    let mut client = server.connect().await;
    client.say(b"exit\n").await;
    client.hear_last("Welcome!\n").await;
    for _ in 0..100 {
        client.say(b"one more\n").await;
        tokio::task::yield_now().await;
    }
    drop(client);
    server.stop().await;
}

#[tokio::test]
async fn after_a_client_that_resets_in_the_middle_of_a_message_the_next_is_served() {
    let server = Running::start(line()).await;
    for _ in 0..10 {
        let mut client = server.connect().await;
        client.hear("Welcome!\n").await;
        client.say(b"Ro").await;
        client.reset();
    }
    let mut client = server.connect().await;
    client.say(b"Think\n").await;
    client.0.shutdown().await.unwrap();
    client.hear_last("Welcome!\nHello, Think!\n").await;
    server.stop().await;
}

#[tokio::test]
async fn bad_input_is_told_ends_cleanly_and_harms_no_other_client() {
    let server = Running::start(config(|session| {
        session.framing = Framing::LINE;
        session.max_message = 8;
    }))
    .await;
    let mut other = server.connect().await;
    for (bytes, reply) in [
        (&b"Ros\xe9\n"[..], "error: invalid UTF-8 at byte 3\n"),
        (b"123456789\n", "error: message longer than 8 bytes\n"),
    ] {
        let mut client = server.connect().await;
        client.say(bytes).await;
        client.hear_last(&format!("Welcome!\n{reply}")).await;
    }
    other.say(b"Rose\n").await;
    other.hear("Welcome!\nHello, Rose!\n").await;
    drop(other);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_clients_are_served_at_the_same_time() {
    let server = Running::start(line()).await;
    let count = affordable(1000);
    let mut clients = Vec::new();
    for _ in 0..count {
        clients.push(server.connect().await);
    }
    for client in &mut clients {
        client.hear("Welcome!\n").await;
    }
    assert_eq!(server.open.count(), count);
    for (n, client) in clients.iter_mut().enumerate() {
        client.say(format!("{n}\n").as_bytes()).await;
    }
    for (n, client) in clients.iter_mut().enumerate() {
        client.hear(&format!("Hello, {n}!\n")).await;
    }
    drop(clients);
    server.stop().await;
}

/// As many connections, or fewer where this process may not open two files for each.
fn affordable(wanted: usize) -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let limit = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|soft| soft.parse::<usize>().ok());
    // Other tests run beside this one.
    let count = limit
        .map_or(100, |limit| limit.saturating_sub(300) / 2)
        .min(wanted);
    if count < wanted {
        eprintln!("only {count} connections: this process may open too few files for {wanted}");
    }
    count
}
