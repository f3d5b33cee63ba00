//! Steps that begin TLS on a connection that is open, and with which options a connection begins with it.
//!
//! What has arrived before TLS begins was said in clear, by whoever; taken for a part of what is said under TLS it would be
//! how commands are injected. So unread bytes fail the step, and so do bytes that are found when the driver looks a last time.

use super::core::Core;
use super::cursor::{Cursor, Doing};
use super::explain::head;
use super::link::Securing;
use super::verdict::{FailureKind, Fault, Instead, fail};
use super::{Action, Refusal, RefusalKind, TlsFault};
use crate::scenario::{ClientId, EvalError, Step, Template, TlsAs, TlsOptions, Verb};
use crate::time::Time;

impl Core {
    /// How a client's connection uses TLS from its beginning, if it does whatever its address says; `own`: what the step says.
    pub(super) fn tls_from_the_beginning(
        &self,
        client: ClientId,
        own: Option<&TlsOptions<Template>>,
    ) -> Result<Option<Box<TlsOptions>>, EvalError> {
        let of_client = self.script.clients.get(usize::from(client.0));
        let of_client = of_client.and_then(|client| client.tls.as_deref());
        if own.is_none() && of_client.is_none() {
            return Ok(None);
        }
        let render = |options: Option<&TlsOptions<Template>>| {
            options.map_or_else(
                || Ok(TlsOptions::default()),
                |options| options.render(&self.values),
            )
        };
        Ok(Some(Box::new(render(own)?.within(render(of_client)?))))
    }
}

impl Cursor {
    /// `start_tls`.
    pub(super) fn begin_tls(
        &mut self,
        step: &Step,
        options: &TlsOptions<Template>,
        core: &mut Core,
    ) -> Result<bool, Fault> {
        nothing_in_clear(step, core)?;
        let options = options.render(&core.values).map_err(FailureKind::NoValue)?;
        let link = core.link(step.client)?;
        if link.ended.is_some() {
            return fail(FailureKind::NoTls(Refusal {
                kind: RefusalKind::Tls(TlsFault::Ended),
                message: "the connection had ended before TLS began".into(),
            }));
        }
        link.tls = Some(Box::new(options));
        link.connect_by = self.deadline;
        link.securing = Securing::Asked;
        core.ask(Action::Upgrade(step.client));
        self.doing = Doing::Secure;
        Ok(true)
    }

    pub(super) fn look_at_tls(
        &mut self,
        step: &Step,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, Fault> {
        let Verb::StartTls { must, .. } = &step.verb else {
            return Ok(self.done());
        };
        let due = self.is_due(now);
        let link = core.link(step.client)?;
        match (std::mem::take(&mut link.securing), must) {
            (Securing::Done(_), TlsAs::Open) | (Securing::Failed(_), TlsAs::Refused) => {
                Ok(self.done())
            }
            (Securing::Done(how), TlsAs::Refused) => fail(FailureKind::Secured(how)),
            (Securing::Failed(why), TlsAs::Open) => fail(FailureKind::NoTls(why)),
            (Securing::Asked, _) if due => fail(FailureKind::NoTls(Refusal {
                kind: RefusalKind::Tls(TlsFault::TimedOut),
                message: "the handshake did not come to its end in time".into(),
            })),
            (Securing::Asked, _) => {
                link.securing = Securing::Asked;
                Ok(false)
            }
            // The driver found something when it looked a last time, and did not begin.
            (Securing::No, _) => {
                nothing_in_clear(step, core)?;
                fail(FailureKind::NoTls(Refusal {
                    kind: RefusalKind::Tls(TlsFault::Ended),
                    message: "the connection ended before TLS began".into(),
                }))
            }
        }
    }
}

/// Fails where something that arrived in clear is unread.
fn nothing_in_clear(step: &Step, core: &Core) -> Result<(), Fault> {
    let unread = core.link_ref(step.client)?.decoder.unread();
    if unread.is_empty() {
        return Ok(());
    }
    fail(FailureKind::Unexpected {
        instead: Instead::Tls,
        received: head(unread),
        received_len: unread.len(),
    })
}
