//! `server`: what the embedded reference server must be for a scenario.

use super::super::json::Value;
use super::super::keys::{Form, Place};
use super::super::{Reply, ServerSettings};
use super::fields::Given;
use super::reader::Reader;

impl<'a> Reader<'a> {
    /// The value of `server`.
    pub(super) fn server(&mut self, given: Given<'_, 'a>) -> Option<ServerSettings> {
        let Value::Object(object) = given.value else {
            self.wrong_type(given, Form::Options);
            return None;
        };
        let fields = self.fields(object, Place::Server);
        let cut = fields.get("framing").and_then(|given| self.framing(given));
        let own_limit = self.max_message(&fields);
        Some(ServerSettings {
            greeting: fields.get("greeting").and_then(|given| match given.value {
                Value::NullKeyword(_) => Some(None),
                _ => self.payload(given, Form::Greeting).map(Some),
            }),
            reply: fields.get("reply").and_then(|given| {
                Some(match self.choice(given)? {
                    "echo" => Reply::Echo,
                    _ => Reply::Hello,
                })
            }),
            think_time: fields
                .get("think_time")
                .and_then(|given| self.duration(given)),
            idle_timeout: fields
                .get("idle_timeout")
                .and_then(|given| self.duration(given)),
            max_message: own_limit.or_else(|| cut.as_ref()?.max_message),
            max_connections: fields.get("max_connections").and_then(|given| {
                let most = self.ranged(given)?;
                usize::try_from(most).ok()
            }),
            framing: cut.map(|cut| cut.framing),
        })
    }
}
