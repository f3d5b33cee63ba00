//! What a transcript says of the order in which things happened.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

use super::fair::player;
use crate::drive::{Alarm, Cancel, Lingering, play, play_with};
use crate::player::Verdict;

#[tokio::test]
async fn what_is_told_first_has_happened_no_later() {
    const TIMES: usize = 200;
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let accepts = listener.try_clone().expect("another");
    // It greets at once, so that greeting and connection are often seen in one turn.
    let server = thread::spawn(move || {
        for _ in 0..TIMES {
            let (mut stream, _) = accepts.accept().expect("a connection");
            stream.write_all(b"Welcome!").expect("sent");
            let _ = stream.read(&mut [0; 16]);
        }
    });
    let (lingering, cancel) = (Lingering::default(), Cancel::default());
    for _ in 0..TIMES {
        let (mut player, peers) =
            player(listener.local_addr(), r#"[{ "expect_bytes": "Welcome!" }]"#);
        play(&mut player, &peers, &lingering, &cancel).await;
        let transcript = player.transcript();
        let times: Vec<_> = transcript.events().map(|event| event.at).collect();
        // A machine may be so busy that nothing came in time: the order is the same then.
        assert!(times.is_sorted(), "{:?}: {times:?}", player.verdict());
        assert_ne!(player.verdict(), Some(&Verdict::Cancelled));
    }
    server.join().expect("it ends");
}

#[tokio::test]
async fn a_server_that_has_room_for_one_client_has_room_for_the_next() {
    const TIMES: usize = 20;
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = thread::spawn(move || {
        let mut before: Option<TcpStream> = None;
        for _ in 0..TIMES {
            let (mut stream, _) = listener.accept().expect("a connection");
            if let Some(mut before) = before.take() {
                before.set_nonblocking(true).expect("a socket");
                let read = before.read(&mut [0]).expect("FIN has arrived by now");
                assert_eq!(read, 0);
            }
            stream.write_all(b"Welcome!").expect("sent");
            before = Some(stream);
        }
    });
    let (lingering, cancel) = (Lingering::default(), Cancel::default());
    let steps = r#"[{ "expect_bytes": "Welcome!" }]"#;
    for _ in 0..TIMES {
        let (mut player, peers) = player(Ok(address), steps);
        let mut alarm = Alarm::default();
        play_with(&mut player, &peers, &lingering, &cancel, &mut alarm).await;
        assert_eq!(player.verdict(), Some(&Verdict::Passed));
    }
    server.join().expect("it ends");
}
