//! The wish to know what a run is doing, and the questions to its conversations that it makes.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::time::timeout;

use super::suite::News;
use crate::drive::Asked;

/// How long a conversation is waited for that does not answer: one whose program is being started is not played yet.
const ANSWER: Duration = Duration::from_millis(250);

/// The wish to know what is being played, and what each conversation waits for. Clones are handles to the same one.
#[derive(Debug, Clone, Default)]
pub struct Inquiry(Arc<Notify>);

impl Inquiry {
    /// Asks.
    pub fn ask(&self) {
        self.0.notify_one();
    }

    /// Waits until it is asked.
    pub(super) async fn asked(&self) {
        self.0.notified().await;
    }
}

/// Asks a conversation what it waits for, beside what goes on; the answer is news. `slow`: because it takes long.
pub(super) fn ask(tell: &mpsc::WeakSender<News>, n: usize, asked: Asked, slow: bool) {
    // Where the workers are gone, nothing is being played.
    let Some(tell) = tell.upgrade() else {
        return;
    };
    tokio::spawn(async move {
        let waiting = match timeout(ANSWER, asked.ask()).await {
            Ok(answer) => answer,
            Err(_) => Some(Vec::new()),
        };
        if let Some(waiting) = waiting {
            // Where nobody listens any more, nobody wants to know.
            let _ = tell.send(News::Waiting { n, slow, waiting }).await;
        }
    });
}
