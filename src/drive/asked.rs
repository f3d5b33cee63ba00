//! A question to a conversation while it is played: what does it wait for?

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};

use tokio::sync::oneshot;

use crate::player::Waiting;

/// Through this a conversation is asked what it waits for. Clones are handles to the same one.
#[derive(Debug, Clone, Default)]
pub struct Asked(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    /// Wakes the driver.
    waker: Option<Waker>,
    /// Who wants to be told; each waits for its answer, so there are few.
    questions: Vec<oneshot::Sender<Vec<Waiting>>>,
}

impl Asked {
    /// Asks, and waits for the answer: until the conversation is played. `None`: it is over.
    pub async fn ask(&self) -> Option<Vec<Waiting>> {
        let (tell, told) = oneshot::channel();
        let waker = {
            let mut inner = self.lock();
            inner.questions.retain(|question| !question.is_closed());
            inner.questions.push(tell);
            inner.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
        told.await.ok()
    }

    /// Answers, and has the driver woken by the next question.
    pub(super) fn answer(&self, cx: &Context<'_>, answer: impl Fn() -> Vec<Waiting>) {
        let questions = {
            let mut inner = self.lock();
            if !(inner.waker.as_ref()).is_some_and(|waker| waker.will_wake(cx.waker())) {
                inner.waker = Some(cx.waker().clone());
            }
            std::mem::take(&mut inner.questions)
        };
        for question in questions {
            // Who asked may not want to know any more.
            let _ = question.send(answer());
        }
    }

    /// The conversation is over: nobody is answered any more.
    pub(super) fn forget(&self) {
        *self.lock() = Inner::default();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing panics while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
