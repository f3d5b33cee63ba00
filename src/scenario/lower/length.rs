//! How many steps a conversation has at least, rounds counted: what no run would play to its end is not begun.

use super::super::{BlockId, Diagnostic, Step, Verb, code};
use super::reader::Reader;

impl Reader<'_> {
    /// Reports the first step with which a conversation has more steps than it may.
    pub(super) fn check_length(&mut self, finally: Option<BlockId>, limit: u64) {
        let steps = (!self.blocks.is_empty() && finally != Some(BlockId(0))).then_some(BlockId(0));
        for block in steps.into_iter().chain(finally) {
            let mut sum = 0_u64;
            let over = self.steps_of(block).iter().find_map(|step| {
                sum = sum.saturating_add(self.played(step));
                (sum > limit).then_some((step.span, sum))
            });
            let Some((span, steps)) = over else {
                continue;
            };
            let all = match steps {
                u64::MAX => "more than 10^19".to_owned(),
                steps => steps.to_string(),
            };
            let message =
                format!("{all} steps are played up to here; a conversation has at most {limit}");
            self.report(
                Diagnostic::error(code::TOO_MUCH, span, message)
                    .label("too much")
                    .help("fewer rounds, or --max-steps with a greater number"),
            );
        }
    }

    /// How many steps one is, at least.
    fn played(&self, step: &Step) -> u64 {
        if step.when.is_some() {
            // Left out, it is one step.
            return 1;
        }
        let inside = (step.verb.blocks().iter())
            .flat_map(|block| self.steps_of(*block))
            .fold(0_u64, |sum, step| sum.saturating_add(self.played(step)));
        match &step.verb {
            Verb::Note => 0,
            Verb::Repeat { times, .. } => inside.saturating_mul(times.known().unwrap_or(0)),
            verb if verb.blocks().is_empty() => 1,
            _ => inside,
        }
    }
}
