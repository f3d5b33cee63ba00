//! The wish to stop, shared by all who have to hear of it.

use tokio::sync::watch;

/// The wish to stop. Clones are handles to the same one.
#[derive(Debug, Clone, Default)]
pub struct Cancel {
    asked: watch::Sender<bool>,
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

    /// Waits until it is asked for.
    pub async fn cancelled(&self) {
        // The sender is held by `self`, so the wait cannot fail.
        let _ = self.asked.subscribe().wait_for(|asked| *asked).await;
    }
}
