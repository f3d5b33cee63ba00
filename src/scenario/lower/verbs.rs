//! Verbs: what a step does, and the keys that belong to it.

use super::super::json::Value;
use super::super::keys::{self, Form};
use super::super::{Alerts, ClientId, CloseHow, CloseKinds, Diagnostic, Split, Verb, code};
use super::fields::{Fields, Given};
use super::packets::{HALF_CLOSE, SEND_BYTES, SPLIT, TLS};
use super::payloads::MAX_PAYLOAD;
use super::reader::Reader;

impl<'a> Reader<'a> {
    /// What a step does; `client` is whose it is, where that is known.
    pub(super) fn verb(
        &mut self,
        given: Given<'_, 'a>,
        fields: &Fields<'_, 'a>,
        client: Option<ClientId>,
        number: u32,
    ) -> Option<Verb> {
        match given.key.name {
            "send" => self.send(given, fields, client, true),
            "send_bytes" => self.send(given, fields, client, false),
            "expect" => self.expect(given, fields, client, number),
            "expect_bytes" => self.expect(given, fields, client, number),
            "expect_any_order" => self.any_order(given, client, number),
            "skip_until" => self.skip_until(given, fields, client, number),
            "expect_close" => {
                let kinds = self.close_kinds(given);
                if let Some(kinds) = kinds {
                    self.check_ends(client, given, kinds);
                }
                let then = fields.get("then").map(|given| self.choice(given));
                Some(Verb::ExpectClose {
                    kinds: kinds?,
                    stay_open: then.unwrap_or_default() == Some("open"),
                })
            }
            "expect_silence" => self.silence(given, fields, client, number),
            "close" => Some(Verb::Close(match self.word(given, keys::CLOSES)? {
                "write" => {
                    self.of_streams(client, given.span(), HALF_CLOSE);
                    CloseHow::Write
                }
                "reset" => CloseHow::Reset,
                _ => CloseHow::Clean,
            })),
            "connect" => self.connect(given),
            "start_tls" => {
                self.of_streams(client, given.name, TLS);
                self.start_tls(given)
            }
            "wait" => self.duration(given).map(Verb::Wait),
            "repeat" => self.repeat(given, fields),
            "retry" => self.retry(given, fields),
            "include" => self.include(given, fields),
            "parallel" => self.parallel(given, fields),
            "set" => self.set(given, number),
            "assert" => self.true_or_false(given).map(Verb::Assert),
            // Of a later version, which has been reported.
            _ => None,
        }
    }

    fn send(
        &mut self,
        given: Given<'_, 'a>,
        fields: &Fields<'_, 'a>,
        client: Option<ClientId>,
        framed: bool,
    ) -> Option<Verb> {
        let payload = self.payload(given, Form::Payload);
        let split = fields.get("split").map(|given| self.split(given));
        if !framed {
            self.of_streams(client, given.name, SEND_BYTES);
        }
        if let Some(given) = fields.get("split") {
            self.of_streams(client, given.name, SPLIT);
        }
        let pace = fields.get("pace").map(|given| self.duration(given));
        let may_fail = fields.get("may_fail").map(|given| self.flag(given));
        if let Some(given) = fields.get("pace")
            && split.is_none()
            && !self.splits(client)
        {
            self.pace_without_split(given);
        }
        Some(Verb::Send {
            payload: payload?,
            framed,
            split: some(split)?,
            pace: some(pace)?,
            may_fail: some(may_fail)?.unwrap_or(false),
        })
    }

    /// Whether a client's sends are split where a step does not say; also where it is not known whose step it is.
    fn splits(&self, client: Option<ClientId>) -> bool {
        let client = client.and_then(|id| self.clients.get(usize::from(id.0)));
        client.is_none_or(|client| client.split.is_some())
    }

    /// Reports a `pace` that has no pieces to stand between.
    pub(super) fn pace_without_split(&mut self, pace: Given<'_, 'a>) {
        self.report(
            Diagnostic::error(
                code::CONTRADICTION,
                pace.name,
                "`pace` without `split` has no effect",
            )
            .label("the time between the pieces of a split send")
            .help("add \"split\": 1 to send byte by byte, or use a `wait` step"),
        );
    }

    /// The value of `split`.
    pub(super) fn split(&mut self, given: Given<'_, 'a>) -> Option<Split> {
        match given.value {
            Value::NumberLit(_) => {
                let bytes = self.whole(given, 1..=MAX_PAYLOAD as u64)?;
                Some(Split::Every(usize::try_from(bytes).ok()?))
            }
            Value::StringLit(literal) if literal.value == "random" => Some(Split::Random),
            Value::Array(array) => {
                let mut offsets: Vec<usize> = Vec::with_capacity(array.elements.len());
                for element in &array.elements {
                    let given = given.element(element);
                    let offset =
                        usize::try_from(self.whole(given, 1..=MAX_PAYLOAD as u64)?).ok()?;
                    if offsets.last().is_some_and(|last| *last >= offset) {
                        self.report(
                            Diagnostic::error(
                                code::OUT_OF_RANGE,
                                given.span(),
                                "the offsets of `split` must increase",
                            )
                            .label("not greater than the one before it")
                            .help("[3, 5] sends bytes 1 to 3, then 4 and 5, then the rest"),
                        );
                        return None;
                    }
                    offsets.push(offset);
                }
                if offsets.is_empty() {
                    self.empty(given.span(), "`split` needs at least one offset");
                    return None;
                }
                Some(Split::At(offsets.into()))
            }
            _ => {
                self.wrong_type(given, Form::Split);
                None
            }
        }
    }

    fn close_kinds(&mut self, given: Given<'_, 'a>) -> Option<CloseKinds> {
        let mut kinds = CloseKinds::default();
        let Value::Array(array) = given.value else {
            self.add_ending(given, &mut kinds)?;
            return Some(kinds);
        };
        if array.elements.is_empty() {
            self.empty(
                given.span(),
                "`expect_close` needs at least one kind of end",
            );
            return None;
        }
        let mut all = Some(kinds);
        for element in &array.elements {
            let read = self.add_ending(given.element(element), &mut kinds);
            all = all.and(read).map(|()| kinds);
        }
        all
    }

    fn add_ending(&mut self, given: Given<'_, 'a>, kinds: &mut CloseKinds) -> Option<()> {
        if let Value::Object(object) = given.value {
            return self.add_alert(object, kinds);
        }
        match self.word(given, keys::ENDINGS)? {
            "clean" => kinds.clean = true,
            "reset" => kinds.reset = true,
            "refused" => kinds.refused = true,
            "truncated" => kinds.truncated = true,
            "alert" => kinds.alerts = Alerts::ALL,
            _ => *kinds = CloseKinds::ANY,
        }
        Some(())
    }

    fn repeat(&mut self, given: Given<'_, 'a>, fields: &Fields<'_, 'a>) -> Option<Verb> {
        let times = match fields.get("times") {
            Some(given) => self.number(given),
            None => {
                self.missing_times(given);
                None
            }
        };
        let index = self.index_name(fields.get("index"));
        if let Some(slot) = index {
            self.scope.set(slot, super::names::Setter::Index);
        }
        let block = self.rounds(given, fields);
        Some(Verb::Repeat {
            block: block?,
            times: times?,
            index: index?,
        })
    }
}

/// What an optional key gives. `None`: it is given, and wrong.
pub(super) fn some<T>(read: Option<Option<T>>) -> Option<Option<T>> {
    match read {
        None => Some(None),
        Some(Some(value)) => Some(Some(value)),
        Some(None) => None,
    }
}
