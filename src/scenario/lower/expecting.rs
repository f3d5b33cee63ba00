//! Verbs that expect messages or bytes: one, several in any order, one among others.

use super::super::{ClientId, Diagnostic, Matcher, Verb, code};
use super::fields::{Fields, Given};
use super::packets::EXPECT_BYTES;
use super::reader::Reader;
use super::verbs::some;
use crate::wire::Framing;

impl<'a> Reader<'a> {
    /// The value of `expect` or `expect_bytes`.
    pub(super) fn expect(
        &mut self,
        given: Given<'_, 'a>,
        fields: &Fields<'_, 'a>,
        client: Option<ClientId>,
        number: u32,
    ) -> Option<Verb> {
        let framed = given.key.name == "expect";
        if !framed {
            self.of_streams(client, given.name, EXPECT_BYTES);
        }
        let matcher = self.expectation(given, fields, number);
        let optional = fields.get("optional").map(|given| self.flag(given));
        if let (Some(given), Some(Some(true)), true) =
            (fields.get("optional"), optional, self.is_raw(client))
        {
            let found = Diagnostic::error(
                code::CONTRADICTION,
                given.name,
                "`optional` is about a whole message, and in raw there are none",
            );
            self.report(
                found
                    .label("bytes that differ cannot be told from others that begin alike")
                    .help("write what may come as { \"one_of\": [...] }"),
            );
            return None;
        }
        let matcher = matcher?;
        if self.is_raw(client) || !framed {
            self.check_on_stream(&matcher);
        }
        Some(Verb::Expect {
            matcher,
            framed,
            optional: some(optional)?.unwrap_or(false),
        })
    }

    /// The value of `expect_any_order`.
    pub(super) fn any_order(
        &mut self,
        given: Given<'_, 'a>,
        client: Option<ClientId>,
        number: u32,
    ) -> Option<Verb> {
        let all = self.expectations(given, number)?;
        if self.is_raw(client) {
            for matcher in all.parts() {
                self.check_on_stream(matcher);
            }
        }
        Some(Verb::ExpectAnyOrder(all))
    }

    /// The value of `skip_until`.
    pub(super) fn skip_until(
        &mut self,
        given: Given<'_, 'a>,
        fields: &Fields<'_, 'a>,
        client: Option<ClientId>,
        number: u32,
    ) -> Option<Verb> {
        let matcher = self.expectation(given, fields, number)?;
        if self.is_raw(client) {
            self.check_search(&matcher);
        }
        Some(Verb::SkipUntil(matcher))
    }

    /// Whether a step has no messages, because of the framing of its client.
    pub(super) fn is_raw(&self, client: Option<ClientId>) -> bool {
        let client = client.and_then(|id| self.clients.get(usize::from(id.0)));
        client.is_some_and(|client| client.framing == Framing::Raw)
    }

    /// Reports what cannot be looked for on a byte stream.
    fn check_search(&mut self, matcher: &Matcher) {
        let mistakes = self.mistakes();
        for wanted in matcher.searches() {
            self.check_searched(wanted);
        }
        if self.mistakes() > mistakes {
            return;
        }
        for alternative in matcher.searches() {
            if alternative.is_search() {
                continue;
            }
            let found = Diagnostic::error(
                code::HOLDS_FOR_NOTHING,
                alternative.span,
                "on a byte stream nothing says where to look for this",
            );
            self.report(
                found
                    .label("may begin at any byte")
                    .help("begin it with exact bytes or a `prefix`, or look for a `contains`, a `suffix` or a `regex`"),
            );
        }
    }
}
