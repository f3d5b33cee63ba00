//! How many, how long, how much.

use super::*;

#[tokio::test]
async fn one_connection_too_many_is_told_so_and_the_others_go_on() {
    let server = Running::start(Config {
        max_connections: 2,
        ..line()
    })
    .await;
    let mut first = server.connect().await;
    let mut second = server.connect().await;
    let mut third = server.connect().await;
    third.hear_last("error: too many connections\n").await;
    first.hear("Welcome!\n").await;
    second.hear("Welcome!\n").await;
    assert_eq!(server.open.count(), 2);

    // Once the end of one has been seen, there is room.
    first.say(b"exit\n").await;
    first.hear_last("").await;
    let mut third = server.connect().await;
    third.hear("Welcome!\n").await;
    second.say(b"Rose\n").await;
    second.hear("Hello, Rose!\n").await;
    drop((second, third));
    server.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_silent_client_is_hung_up_on() {
    let server = Running::start(line()).await;
    let mut client = server.connect().await;
    let began = tokio::time::Instant::now();
    client.hear_last("Welcome!\n").await;
    let waited = began.elapsed();
    assert!(
        waited >= session::DEFAULT_IDLE_TIMEOUT && waited < session::DEFAULT_IDLE_TIMEOUT * 2,
        "{waited:?}"
    );
    server.stop().await;
}

#[tokio::test(start_paused = true)]
async fn replies_come_after_the_think_time() {
    let think_time = Duration::from_secs(1);
    let server = Running::start(config(|session| session.think_time = think_time)).await;
    let mut client = server.connect().await;
    client.hear("Welcome!").await;
    let began = tokio::time::Instant::now();
    client.say(b"Rose").await;
    client.hear("Hello, Rose!").await;
    assert!(began.elapsed() >= think_time);
    client.say(b"exit").await;
    client.hear_last("").await;
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_reset_when_the_write_timeout_is_over() {
    let server = Running::start(Config {
        write_timeout: Duration::from_millis(50),
        ..line()
    })
    .await;
    let mut client = server.connect().await;
    // Each byte asks for nine, none of which is read, until the server reads no more and then gives up.
    let lines = vec![b'\n'; 64 << 10];
    let error = loop {
        if let Err(error) = soon(client.0.write_all(&lines)).await {
            break error;
        }
    };
    assert!(
        matches!(
            error.kind(),
            std::io::ErrorKind::ConnectionReset | std::io::ErrorKind::BrokenPipe
        ),
        "{error}"
    );
    server.stop().await;
}

#[tokio::test]
async fn what_a_connection_costs_while_it_is_idle_is_small() {
    let shared = Arc::new(super::super::connections::Shared::new(Config::default()));
    let listener = crate::net::Listener::bind(&"127.0.0.1:0".parse().unwrap())
        .await
        .unwrap();
    let address = listener.address().clone();
    let (client, accepted) = tokio::join!(crate::net::connect(&address), listener.accept());
    let size = size_of_val(
        &shared
            .clone()
            .serve(accepted.unwrap(), shared.open().enter(1).unwrap()),
    );
    // The rest of an idle connection: its greeting, a timer, what the runtime keeps of a socket and a task.
    assert!(size <= 800, "{size} bytes");

    drop(client);
}
