//! What a transcript says of the order in which things happened.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use super::fair::player;
use crate::drive::{Cancel, Lingering, play};
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
