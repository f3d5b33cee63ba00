//! Packets that arrive together.

use tokio::net::UdpSocket;

use super::fair::player_of;
use crate::drive::{Cancel, Lingering, play};
use crate::player::{EventKind, Verdict};

/// Plays against a server that answers the first packet with all of these at once; how many of them no step took.
async fn leftovers(steps: &str, answers: &[&[u8]]) -> u64 {
    let server = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("udp://{}", server.local_addr().expect("an address"));
    let (mut player, peers) = player_of(&address, "datagram", steps);
    // On the thread of the conversation, so that none of them is read before the last has arrived.
    let answering = async {
        let (_, from) = server.recv_from(&mut [0; 16]).await.expect("a packet");
        for answer in answers {
            assert_eq!(
                server.try_send_to(answer, from).expect("sent"),
                answer.len()
            );
        }
    };
    let (lingering, cancel) = (Lingering::default(), Cancel::default());
    tokio::join!(play(&mut player, &peers, &lingering, &cancel), answering);
    assert_eq!(player.verdict(), Some(&Verdict::Passed));
    let received = |kind: &EventKind| matches!(kind, EventKind::Received { .. });
    let events = player.transcript().events();
    let told = events.filter(|event| received(&event.kind)).count();
    assert_eq!(told, answers.len(), "each is a packet of its own");
    player.leftovers()
}

#[tokio::test]
async fn packets_that_came_with_the_last_reply_are_left_over() {
    let asks = r#"[{ "send": "a" }, { "expect": "A" }]"#;
    assert_eq!(leftovers(asks, &[b"A"]).await, 0);
    assert_eq!(leftovers(asks, &[b"A", b"A"]).await, 1);
    assert_eq!(leftovers(asks, &[b"A", b"", b"B"]).await, 2);
}

#[tokio::test]
async fn packets_that_came_with_a_reply_are_there_for_later_steps() {
    let steps = r#"[{ "send": "a" }, { "expect": "A" }, { "send": "b" }, { "expect": "B" }]"#;
    assert_eq!(leftovers(steps, &[b"A", b"B"]).await, 0);
}
