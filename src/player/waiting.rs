//! What a conversation waits for at a moment, while it is played.

use std::time::Duration;

use super::{Meanwhile, Player};
use crate::scenario::Span;
use crate::time::Time;

/// A step that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Where the step's value stands in the file.
    pub span: Span,
    /// Which step, and for what; the branch is 0 where it is in none.
    pub step: Meanwhile,
    /// Whether it is a step of `finally`.
    pub in_finally: bool,
    /// How many bytes have arrived since it began, those included that were ignored or skipped; `None`: it has no client.
    pub came: Option<u64>,
    /// How many bytes had arrived before it began, and no step had taken.
    pub before: usize,
    /// How many bytes no step has taken yet.
    pub unread: usize,
    /// How long ago the last bytes arrived, if any did.
    pub heard: Option<Duration>,
}

impl Player {
    /// What the steps wait for that are being played: one, or one a branch.
    pub fn waiting(&self, now: Time) -> Vec<Waiting> {
        let (script, core) = (self.script(), self.core());
        let cursors = self.cursors();
        cursors
            .filter_map(|cursor| {
                let (playing, _) = cursor.step(script)?;
                let client = Some(playing).filter(|step| step.needs_client());
                let link = client.and_then(|step| core.link_ref(step.client).ok());
                let (had, before) = cursor.had();
                let mut step = cursor.meanwhile(script, core, now);
                // Of one client there is no need to speak.
                step.client_name = step.client_name.filter(|_| core.links.len() > 1);
                Some(Waiting {
                    span: playing.span,
                    step,
                    in_finally: core.in_finally,
                    came: link.map(|link| link.received.saturating_sub(had)),
                    before: link.map_or(0, |_| before),
                    unread: link.map_or(0, |link| link.decoder.unread().len()),
                    heard: link.and_then(|link| Some(now.since(link.heard?))),
                })
                .filter(|waiting| waiting.step.step > 0)
            })
            .collect()
    }
}
