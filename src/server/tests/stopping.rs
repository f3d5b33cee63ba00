//! The graceful stop.

use super::*;

#[tokio::test]
async fn idle_clients_see_a_clean_end_and_new_ones_are_refused() {
    let server = Running::start(line()).await;
    let mut clients = Vec::new();
    for _ in 0..10 {
        let mut client = server.connect().await;
        client.hear("Welcome!\n").await;
        clients.push(client);
    }
    clients[0].say(b"unfinished").await;
    server.stop.cancel();
    for client in &mut clients {
        client.hear_last("").await;
    }
    drop(clients);
    let address = server.address;
    server.stop().await;
    let error = TcpStream::connect(address).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
}

#[tokio::test(start_paused = true)]
async fn what_has_been_received_is_answered_before_the_end() {
    let server = Running::start(config(|session| {
        session.framing = Framing::LINE;
        session.think_time = Duration::from_secs(1);
    }))
    .await;
    let mut client = server.connect().await;
    client.hear("Welcome!\n").await;
    client.say(b"Rose\nThink\n").await;
    client.hear("Hello, Rose!\n").await;
    server.stop.cancel();
    client.hear_last("Hello, Think!\n").await;
    drop(client);
    server.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_not_over_by_the_deadline_is_dropped() {
    let deadline = Duration::from_secs(7);
    let server = Running::start(Config {
        drain_deadline: deadline,
        ..config(|session| session.think_time = Duration::from_secs(100))
    })
    .await;
    let mut client = server.connect().await;
    client.hear("Welcome!").await;
    client.say(b"Rose").await;
    // Read by the server when the greeting of a second client is heard.
    server.connect().await.hear("Welcome!").await;
    let began = tokio::time::Instant::now();
    server.stop().await;
    let waited = began.elapsed();
    assert!(waited >= deadline && waited < deadline * 2, "{waited:?}");
    client.hear_last("").await;
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_never_ends_delays_a_clean_end_by_a_second_at_most() {
    let server = Running::start(line()).await;
    let mut client = server.connect().await;
    client.hear("Welcome!\n").await;
    let began = tokio::time::Instant::now();
    server.stop().await;
    let waited = began.elapsed();
    assert!(
        waited >= crate::drive::LINGER && waited < crate::drive::LINGER * 2,
        "{waited:?}"
    );
    drop(client);
}
