//! Conversations on one thread: none keeps the others waiting.

use std::cell::Cell;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::task::yield_now;

use crate::drive::{Asked, Cancel, Lingering, Peers, play};
use crate::net::{Address, AllowedHosts, TlsClient};
use crate::player::{FailureKind, Player, Setting, Verdict};
use crate::scenario::{ReadOptions, TlsOptions, read};

/// A player of these steps, and its peer at this address.
pub(super) fn player(address: io::Result<SocketAddr>, steps: &str) -> (Player, Peers) {
    let address = address.expect("an address");
    player_of(&format!("tcp://{address}"), "raw", steps)
}

/// A player of these steps, with messages cut so, and its peer at this address.
pub(super) fn player_of(address: &str, framing: &str, steps: &str) -> (Player, Peers) {
    let text = format!(r#"{{ "framing": "{framing}", "steps": {steps} }}"#);
    let (scenario, _) = read("test.json", text.as_bytes(), &ReadOptions::default())
        .unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    let address: Address = address.parse().expect("an address");
    let peers = Peers {
        addresses: vec![address],
        allowed: Arc::new(AllowedHosts::default()),
        tls: Arc::new(TlsClient::new(TlsOptions::default()).expect("no files")),
        asked: Asked::default(),
    };
    let setting = Setting {
        timeout: Duration::from_millis(50),
        ..Setting::default()
    };
    (Player::new(Arc::clone(&scenario.script), setting), peers)
}

#[tokio::test]
async fn whoever_sends_much_at_once_lets_others_have_their_turns() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let steps = r#"[{ "repeat": [{ "send": "Rose" }], "times": 100 }]"#;
    let (mut player, peers) = player(listener.local_addr(), steps);
    let over = Cell::new(false);
    let turns = Cell::new(0);
    let (lingering, cancel) = (Lingering::default(), Cancel::default());
    let playing = async {
        play(&mut player, &peers, &lingering, &cancel).await;
        over.set(true);
    };
    let other = async {
        while !over.get() {
            turns.set(turns.get() + 1);
            yield_now().await;
        }
    };
    tokio::join!(playing, other);
    assert_eq!(player.verdict(), Some(&Verdict::Passed));
    assert!(turns.get() >= 100 / 4, "{} turns", turns.get());
}

#[tokio::test]
async fn a_peer_that_never_pauses_keeps_neither_a_deadline_nor_the_end_away() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    // What is skipped is as long as it gets.
    let (mut player, peers) = player(listener.local_addr(), r#"[{ "skip_until": "Rose" }]"#);
    let (lingering, cancel) = (Lingering::default(), Cancel::default());
    let flood = async {
        let (mut peer, _) = listener.accept().await.expect("a connection");
        let bytes = vec![b'x'; 64 << 10];
        while peer.write_all(&bytes).await.is_ok() {}
    };
    tokio::select! {
        _ = play(&mut player, &peers, &lingering, &cancel) => {}
        () = flood => panic!("it ends when its connection does"),
    }
    let Some(Verdict::Failed(failure)) = player.verdict() else {
        panic!("{:?}", player.verdict());
    };
    assert!(
        matches!(failure.kind, FailureKind::NeverCame { .. }),
        "{:?}",
        failure.kind
    );
}
