//! `example`: what the other side says where it is made up.
//!
//! Whether the condition holds for it, only the player can tell.

use super::super::keys::Form;
use super::super::{Diagnostic, Matcher, MatcherNode, Payload, code};
use super::fields::Given;
use super::matchers::Around;
use super::reader::Reader;

impl<'a> Reader<'a> {
    /// The value of `example`.
    pub(super) fn example(&mut self, given: Given<'_, 'a>, around: Around) -> Option<Payload> {
        let payload = self.payload(given, Form::Payload)?;
        self.refuse_random(&payload)?;
        let place = match around {
            Around { negated: true, .. } => "inside `not`",
            Around { step: None, .. } => "inside `ignore`",
            _ => return Some(payload),
        };
        self.report(
            Diagnostic::error(
                code::MISPLACED_KEY,
                given.name,
                "nobody would ever say this `example`",
            )
            .label(format!("stands {place}"))
            .help("give an example of what a step expects"),
        );
        None
    }

    /// A condition with its example. `None`: one was given and is wrong, which has been reported.
    pub(super) fn with_example(
        &mut self,
        mut matcher: Matcher,
        example: Option<(Given<'_, 'a>, Option<Payload>)>,
    ) -> Option<Matcher> {
        let Some((given, example)) = example else {
            return Some(matcher);
        };
        let why = match &matcher {
            Matcher {
                node: MatcherNode::Exact(_),
                ..
            } => "the expectation gives all the bytes itself",
            Matcher {
                example: Some(_), ..
            } => "the expectation has an example itself",
            _ => {
                matcher.example = Some(Box::new(example?));
                return Some(matcher);
            }
        };
        self.report(
            Diagnostic::error(code::CONTRADICTION, given.name, "a second way to say it")
                .label(why)
                .help("leave the `example` out"),
        );
        None
    }
}
