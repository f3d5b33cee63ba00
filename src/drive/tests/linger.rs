//! The clean close.

use std::mem::MaybeUninit;
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use crate::drive::{LINGER, Lingering, linger};
use crate::net::{Connection, connect};

/// This side of a connection, and the plain other one.
async fn pair() -> (Connection, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string().parse().unwrap();
    let (connection, accepted) = tokio::join!(connect(&address), listener.accept());
    (connection.unwrap(), accepted.unwrap().0)
}

#[tokio::test]
async fn fin_is_sent_at_once_and_what_arrives_is_dropped_until_the_peers_end() {
    let (connection, mut peer) = pair().await;
    let closing = linger(connection, None);
    assert_eq!(
        peer.read(&mut [0]).await.unwrap(),
        0,
        "before the future runs"
    );
    let writing = async {
        peer.write_all(&vec![b'x'; 1 << 20]).await.unwrap();
        peer.shutdown().await.unwrap();
    };
    tokio::join!(closing, writing);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_never_ends_is_waited_for_a_second_and_no_longer() {
    let (connection, peer) = pair().await;
    let began = Instant::now();
    linger(connection, None).await;
    assert!(began.elapsed() >= LINGER && began.elapsed() < 2 * LINGER);
    drop(peer);
}

#[tokio::test]
async fn a_peer_that_floods_is_cut_off_at_the_limit() {
    let (connection, mut peer) = pair().await;
    let flooding = async {
        let chunk = vec![b'x'; 64 << 10];
        // Until the other side has had enough and resets.
        while peer.write_all(&chunk).await.is_ok() {}
    };
    let began = Instant::now();
    tokio::join!(linger(connection, Some(100 << 10)), flooding);
    assert!(began.elapsed() < LINGER, "it was not time that ended it");
}

/// Whether FIN has arrived: on loopback it has, once it is sent.
fn has_ended(peer: &TcpStream) -> bool {
    let fin = SockRef::from(peer).recv(&mut [MaybeUninit::uninit()]);
    fin.is_ok_and(|read| read == 0)
}

#[tokio::test]
async fn a_fin_that_nobody_waits_for_is_sent_once_the_thread_has_nothing_else_to_do() {
    let lingering = Lingering::default();
    let (connection, mut peer) = pair().await;
    lingering.close_soon(connection);
    assert!(!has_ended(&peer), "not yet");
    assert_eq!(peer.read(&mut [0]).await.unwrap(), 0);
}

#[tokio::test]
async fn a_fin_that_nobody_waits_for_is_sent_when_it_is_asked_for() {
    let lingering = Lingering::default();
    let (connection, peer) = pair().await;
    lingering.close_soon(connection);
    lingering.flush();
    assert!(has_ended(&peer));
    drop(peer);
    lingering.wait().await;
}

#[tokio::test(start_paused = true)]
async fn connections_that_are_being_closed_are_waited_for_together() {
    let lingering = Lingering::default();
    lingering.wait().await;
    let pairs = [pair().await, pair().await, pair().await];
    let began = Instant::now();
    let mut peers: Vec<_> = pairs
        .into_iter()
        .map(|(connection, peer)| {
            lingering.close(connection);
            peer
        })
        .collect();
    peers.pop();
    lingering.wait().await;
    let waited = began.elapsed();
    assert!(
        waited >= LINGER && waited < LINGER + Duration::from_millis(100),
        "{waited:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn with_too_many_of_them_there_is_room_only_when_one_is_closed() {
    let mut pairs = Vec::new();
    for _ in 0..Lingering::ROOM {
        pairs.push(pair().await);
    }
    let lingering = Lingering::default();
    let began = Instant::now();
    let mut peers = Vec::new();
    for (connection, peer) in pairs {
        lingering.room().await;
        lingering.close(connection);
        peers.push(peer);
    }
    assert!(began.elapsed() < LINGER, "none of these had to wait");
    lingering.room().await;
    assert!(began.elapsed() >= LINGER);
}
