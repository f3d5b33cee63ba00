//! `expect_silence`: for a time, or until the reply to a probe.

use super::super::json::Value;
use super::super::keys::{Form, Place};
use super::super::{ClientId, Diagnostic, Verb, code};
use super::fields::{Fields, Given};
use super::reader::Reader;

impl<'a> Reader<'a> {
    /// The value of `expect_silence`.
    pub(super) fn silence(
        &mut self,
        given: Given<'_, 'a>,
        fields: &Fields<'_, 'a>,
        client: Option<ClientId>,
        number: u32,
    ) -> Option<Verb> {
        let Value::Object(object) = given.value else {
            if let Some(within) = fields.get("within") {
                self.within_a_time(within);
            }
            return self.some_time(given).map(Verb::ExpectSilence);
        };
        let silence = self.fields(object, Place::Silence);
        let Some(probe) = silence.get("probe") else {
            self.probe_lacks(&silence, "probe", "does not say how the silence is proved");
            return None;
        };
        let Value::Object(object) = probe.value else {
            self.wrong_type(probe, Form::Options);
            return None;
        };
        let fields = self.fields(object, Place::Probe);
        let (sent, expected) = (fields.get("send"), fields.get("expect"));
        for (name, label, given) in [
            ("send", "does not say what is sent", sent),
            ("expect", "does not say what the reply is", expected),
        ] {
            if given.is_none() {
                self.probe_lacks(&fields, name, label);
            }
        }
        let payload = sent.map(|given| self.payload(given, Form::Payload));
        let matcher = expected.map(|given| self.expectation(given, &fields, number));
        let (payload, matcher) = (payload??, matcher??);
        if self.is_raw(client) {
            self.check_on_stream(&matcher);
        }
        Some(Verb::Probe { payload, matcher })
    }

    /// Reports a key that a probe lacks.
    fn probe_lacks(&mut self, fields: &Fields<'_, 'a>, name: &str, label: &str) {
        if fields.faulty {
            return;
        }
        let message = format!("a silence with a probe needs `{name}`");
        self.report(
            Diagnostic::error(code::MISSING_KEY, fields.span, message)
                .label(label)
                .help("write { \"probe\": { \"send\": \"PING\", \"expect\": \"PONG\" } }"),
        );
    }

    /// Reports a `within` where the time of the silence is named already.
    fn within_a_time(&mut self, within: Given<'_, 'a>) {
        let found = Diagnostic::error(
            code::MISPLACED_KEY,
            within.name,
            "`within` does not go with an `expect_silence` that takes its time as its value",
        );
        self.report(
            found
                .label("goes with a probe")
                .help("give the time to `expect_silence` alone"),
        );
    }
}
