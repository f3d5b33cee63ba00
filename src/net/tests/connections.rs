//! Connections over loopback: what is told of those that come about, and of those that do not.

use std::future::poll_fn;
use std::io;
use std::time::Duration;

use crate::net::{
    Address, AttemptKind, BindError, ConnectError, Connection, Listener, connect, connect_within,
    ending_of,
};
use crate::player::{Ending, Refusal, RefusalKind};

async fn listener() -> (Listener, Address) {
    let listener = Listener::bind(&"127.0.0.1:0".parse().unwrap())
        .await
        .unwrap();
    let address = listener.address().clone();
    (listener, address)
}

async fn pair() -> (Connection, Connection) {
    let (listener, address) = listener().await;
    let (client, server) = tokio::join!(connect(&address), listener.accept());
    (client.unwrap(), server.unwrap())
}

async fn read(connection: &mut Connection) -> io::Result<Vec<u8>> {
    let mut buffer = [0; 64];
    let n = poll_fn(|cx| connection.poll_read(cx, &mut buffer)).await?;
    Ok(buffer[..n].to_vec())
}

async fn write(connection: &mut Connection, bytes: &[u8]) -> io::Result<usize> {
    poll_fn(|cx| connection.poll_write(cx, bytes)).await
}

#[tokio::test]
async fn bytes_go_both_ways_and_fin_is_an_end_of_reading_only() {
    let (mut client, mut server) = pair().await;
    assert_eq!(*client.peer(), server.local().unwrap());
    assert_eq!(client.local().unwrap(), *server.peer());

    assert_eq!(write(&mut client, b"Rose").await.unwrap(), 4);
    assert_eq!(read(&mut server).await.unwrap(), b"Rose");
    client.shutdown_write().unwrap();
    assert_eq!(read(&mut server).await.unwrap(), b"");
    write(&mut server, b"Hello, Rose!").await.unwrap();
    assert_eq!(read(&mut client).await.unwrap(), b"Hello, Rose!");
    drop(server);
    assert_eq!(read(&mut client).await.unwrap(), b"");
}

#[tokio::test]
async fn a_write_that_does_not_wait_takes_what_there_is_room_for() {
    let (mut client, mut server) = pair().await;
    // A new connection has room, whatever the runtime knows of it.
    assert_eq!(client.write_now(b"Rose").unwrap(), 4);
    assert_eq!(read(&mut server).await.unwrap(), b"Rose");
    // Nobody reads: there is no more room at some time, and nobody waits for it.
    let error = loop {
        if let Err(error) = client.write_now(&[0; 64 << 10]) {
            break error;
        }
    };
    assert_eq!(error.kind(), io::ErrorKind::WouldBlock, "{error}");
}

#[tokio::test]
async fn a_reset_is_told_apart_from_a_clean_end() {
    let (client, mut server) = pair().await;
    client.reset().unwrap();
    let error = read(&mut server).await.unwrap_err();
    assert_eq!(ending_of(&error), Ending::Reset);
    let error = write(&mut server, b"x").await.unwrap_err();
    assert_eq!(ending_of(&error), Ending::Reset, "{error}");
}

#[test]
fn an_error_tells_how_the_connection_ended() {
    for (kind, ending) in [
        (io::ErrorKind::ConnectionReset, Ending::Reset),
        (io::ErrorKind::BrokenPipe, Ending::Reset),
        (io::ErrorKind::NotConnected, Ending::Reset),
        (io::ErrorKind::TimedOut, Ending::TimedOut),
        (io::ErrorKind::HostUnreachable, Ending::Unreachable),
        (io::ErrorKind::NetworkUnreachable, Ending::Unreachable),
        (io::ErrorKind::Other, Ending::Lost),
    ] {
        assert_eq!(ending_of(&kind.into()), ending, "{kind}");
    }
}

#[tokio::test]
async fn where_nobody_listens_the_refusal_says_what_was_tried() {
    let (listener, address) = listener().await;
    let tried = address.short();
    drop(listener);
    let error = connect(&address).await.unwrap_err();
    assert_eq!(
        Refusal::from(&error),
        Refusal {
            kind: RefusalKind::Refused,
            message: format!("{tried}: connection refused"),
        }
    );
}

#[tokio::test]
async fn a_name_without_an_address_is_not_a_refusal() {
    // A label of 64 bytes is no name: no resolver is asked.
    let address = format!("{}:1", "a".repeat(64)).parse().unwrap();
    let error = connect_within(&address, Duration::from_secs(60))
        .await
        .unwrap_err();
    assert!(matches!(error, ConnectError::NotResolved { .. }), "{error}");
    assert!(!error.is_refused());
}

#[tokio::test]
async fn an_address_that_does_not_answer_is_given_up_when_its_share_is_over() {
    // A backlog that is full answers nothing.
    let full = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    full.bind(
        &"127.0.0.1:0"
            .parse::<std::net::SocketAddr>()
            .unwrap()
            .into(),
    )
    .unwrap();
    full.listen(0).unwrap();
    let address: Address = full
        .local_addr()
        .unwrap()
        .as_socket()
        .unwrap()
        .to_string()
        .parse()
        .unwrap();
    let mut waiting = Vec::new();
    for _ in 0..16 {
        match connect_within(&address, Duration::from_millis(30)).await {
            Ok(connection) => waiting.push(connection),
            Err(error) => {
                assert!(!error.is_refused(), "{error}");
                assert!(
                    error.to_string().ends_with(": no answer within 30ms"),
                    "{error}"
                );
                return;
            }
        }
    }
    panic!(
        "a listener that accepts nothing took {} connections",
        waiting.len()
    );
}

#[test]
fn what_the_system_says_of_an_attempt_is_told_apart() {
    let kind = |kind: io::ErrorKind| AttemptKind::from(&io::Error::from(kind));
    assert_eq!(kind(io::ErrorKind::ConnectionRefused), AttemptKind::Refused);
    assert_eq!(kind(io::ErrorKind::TimedOut), AttemptKind::TimedOut(None));
    for unreachable in [
        io::ErrorKind::HostUnreachable,
        io::ErrorKind::NetworkUnreachable,
    ] {
        assert!(matches!(kind(unreachable), AttemptKind::Unreachable(_)));
    }
    assert!(matches!(kind(io::ErrorKind::Other), AttemptKind::Other(_)));
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let (listener, address) = listener().await;
    let port = address.port().unwrap();
    let error = Listener::bind(&address).await.unwrap_err();
    assert_eq!(
        error,
        BindError::InUse {
            host: "127.0.0.1".to_owned(),
            port
        }
    );
    assert!(
        error
            .to_string()
            .contains(&format!("port {port} of 127.0.0.1"))
    );
    drop(listener);
}

#[tokio::test]
async fn an_address_of_another_machine_cannot_be_listened_on() {
    // 192.0.2.0/24 is for documentation: no machine has it.
    let error = Listener::bind(&"192.0.2.1:0".parse().unwrap())
        .await
        .unwrap_err();
    assert!(matches!(error, BindError::NotLocal { .. }), "{error}");
}
