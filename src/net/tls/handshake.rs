//! The handshake, within its time.

use std::future::poll_fn;

use tokio::time::{Instant, timeout_at};

use super::super::plain::Plain;
use super::fault::{Heard, explain, timed_out};
use super::stream::TlsStream;
use crate::player::TlsFault;

/// A handshake that failed.
#[derive(Debug)]
pub(super) struct Failed {
    /// What is left of the connection: dropped, it is closed.
    pub(super) plain: Plain,
    pub(super) fault: TlsFault,
    pub(super) message: String,
}

/// Carries a handshake to its end; `host` is whom the peer is taken for.
pub(super) async fn shake_hands(
    mut stream: TlsStream,
    deadline: Option<Instant>,
    host: &str,
) -> Result<TlsStream, Failed> {
    let began = Instant::now();
    let mut heard = Heard::default();
    let shaking = poll_fn(|cx| stream.poll_handshake(cx, |bytes| heard.push(bytes)));
    let shaken = match deadline {
        None => shaking.await,
        Some(deadline) => match timeout_at(deadline, shaking).await {
            Ok(shaken) => shaken,
            Err(_) => {
                return Err(Failed {
                    plain: stream.into_plain(),
                    fault: TlsFault::TimedOut,
                    message: timed_out(began.elapsed(), &heard),
                });
            }
        },
    };
    match shaken {
        Ok(()) => Ok(stream),
        Err(error) => {
            let (fault, message) = explain(&error, &heard, host, stream.plain());
            Err(Failed {
                plain: stream.into_plain(),
                fault,
                message,
            })
        }
    }
}
