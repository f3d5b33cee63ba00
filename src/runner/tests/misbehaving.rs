//! Servers that do what no server should: the verdict is clear, it comes in time, and what is kept is bounded.

use tokio::io::AsyncWriteExt as _;

use super::*;
use crate::player::{Ending, Failure, Log};

/// How long a reply is waited for that never comes.
const SOON: &str = "200ms";

/// How long one is waited for that comes: longer than any machine is busy with something else.
const LATE: &str = "60s";

fn greeting(framing: &str, expect: &str, timeout: &str) -> Vec<CaseRef> {
    let text = format!(
        r#"{{ "framing": "{framing}", "timeout": "{timeout}", "steps": [{{ "expect": {expect} }}] }}"#
    );
    cases("greeting", &text)
}

async fn play(target: &Target, framing: &str, expect: &str, timeout: &str) -> Ran {
    let began = std::time::Instant::now();
    let cases = greeting(framing, expect, timeout);
    let ran = run_at(target.clone(), cases, RunOptions::default()).await;
    if timeout == SOON {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "{:?}",
            began.elapsed()
        );
    }
    assert_eq!((ran.summary.failed, ran.summary.connected), (1, true));
    let outcome = ran.outcomes()[0];
    let kept: usize = outcome
        .transcript
        .events()
        .map(|event| match &event.kind {
            crate::player::EventKind::Received { head, .. } => head.len(),
            _ => 0,
        })
        .sum();
    assert!(kept <= Log::MAX_BYTES);
    ran
}

#[tokio::test]
async fn a_server_that_never_greets_is_waited_for_until_the_timeout() {
    let target = server(|stream| async move {
        let _held = stream;
        std::future::pending().await
    })
    .await;
    for framing in ["raw", "line"] {
        let ran = play(&target, framing, r#""Welcome!""#, SOON).await;
        assert!(
            matches!(
                ran.failure(),
                FailureKind::TimedOut {
                    received_len: 0,
                    ..
                }
            ),
            "{:?}",
            ran.failure()
        );
    }
}

#[tokio::test]
async fn a_server_that_closes_at_once_is_told_from_one_that_resets() {
    let closes = server(|stream| async move { drop(stream) }).await;
    let resets = server(|stream| async move { stream.set_zero_linger().unwrap() }).await;
    for framing in ["raw", "line"] {
        let ran = play(&closes, framing, r#""Welcome!""#, LATE).await;
        assert!(
            matches!(
                ran.failure(),
                FailureKind::Ended {
                    how: Ending::Clean,
                    ..
                }
            ),
            "{:?}",
            ran.failure()
        );
        let ran = play(&resets, framing, r#""Welcome!""#, LATE).await;
        assert!(
            matches!(
                ran.failure(),
                FailureKind::Ended {
                    how: Ending::Reset,
                    ..
                }
            ),
            "{:?}",
            ran.failure()
        );
    }
}

#[tokio::test]
async fn a_server_that_floods_fails_at_the_limit_and_little_of_it_is_kept() {
    let floods = server(|mut stream| async move {
        let chunk = vec![b'x'; 64 << 10];
        while stream.write_all(&chunk).await.is_ok() {}
    })
    .await;
    let plays = [
        ("line", r#""Welcome!""#),
        ("line", r#"{ "suffix": "!" }"#),
        ("raw", r#"{ "suffix": "!" }"#),
    ]
    .map(|(framing, expect)| play(&floods, framing, expect, LATE));
    let [a, b, c] = plays;
    let (a, b, c) = tokio::join!(a, b, c);
    for ran in [a, b, c] {
        let received = match ran.failure() {
            FailureKind::TooLong { received, .. } | FailureKind::BadFrame { received, .. } => {
                received
            }
            failure => panic!("{failure:?}"),
        };
        assert!(received.len() <= Failure::MAX_BYTES);
    }
    // An exact payload is decided by its own length.
    let ran = play(&floods, "raw", r#""Welcome!""#, LATE).await;
    assert!(matches!(
        ran.failure(),
        FailureKind::Mismatch { at: Some(0), .. }
    ));
}

#[tokio::test]
async fn bytes_that_steer_a_terminal_are_bytes_like_others() {
    let target = server(|mut stream| async move {
        stream
            .write_all(b"\x1b[2J\x1b]0;pwned\x07\n")
            .await
            .unwrap();
    })
    .await;
    let ran = play(&target, "line", r#""Welcome!""#, LATE).await;
    let FailureKind::Mismatch { received, .. } = ran.failure() else {
        panic!("{:?}", ran.failure());
    };
    assert_eq!(received, b"\x1b[2J\x1b]0;pwned\x07");
}
