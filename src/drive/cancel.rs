//! The wish to stop, shared by all who have to hear of it.

use tokio::sync::watch;

/// The wish to stop. Clones are handles to the same one.
#[derive(Debug, Clone, Default)]
pub struct Cancel {
    asked: watch::Sender<bool>,
    /// Whether nothing is waited for any more.
    at_once: watch::Sender<bool>,
}

impl Cancel {
    /// Asks for it.
    pub fn cancel(&self) {
        self.asked.send_replace(true);
    }

    /// Whether it has been asked for.
    pub fn is_cancelled(&self) -> bool {
        *self.asked.borrow()
    }

    /// Asks for it, and not to wait for anything, not even for a `finally`.
    pub fn at_once(&self) {
        self.cancel();
        self.at_once.send_replace(true);
    }

    /// Whether nothing is to be waited for.
    pub fn is_at_once(&self) -> bool {
        *self.at_once.borrow()
    }

    /// Waits until nothing is to be waited for.
    pub async fn wanted_at_once(&self) {
        // The sender is held by `self`, so the wait cannot fail.
        let _ = self.at_once.subscribe().wait_for(|wanted| *wanted).await;
    }

    /// Waits until it is asked for.
    pub async fn cancelled(&self) {
        // The sender is held by `self`, so the wait cannot fail.
        let _ = self.asked.subscribe().wait_for(|asked| *asked).await;
    }
}
