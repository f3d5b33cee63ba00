//! How much a file is: how many steps a conversation has at least, rounds counted, because what no run would play to its
//! end is not begun; and how much memory its compiled form takes.

use super::super::{BlockId, Diagnostic, Span, Step, Verb, code};
use super::reader::Reader;

/// How many bytes the compiled form of a file may have, about: 256 MiB. Fragments count as often as they are included.
pub const MAX_SCRIPT: usize = 256 << 20;

impl Reader<'_> {
    /// Counts bytes of the compiled form. `None`: they are more than there may be, which is reported where it begins.
    pub(super) fn count_compiled(&mut self, bytes: usize, at: Span) -> Option<()> {
        let before = self.compiled;
        self.compiled = before.saturating_add(bytes);
        if self.compiled <= MAX_SCRIPT {
            return Some(());
        }
        if before <= MAX_SCRIPT {
            let message = format!(
                "up to here the file takes {} bytes of memory; it may take {MAX_SCRIPT}",
                self.compiled
            );
            self.report(
                Diagnostic::error(code::TOO_MUCH, at, message)
                    .label("too much")
                    .help("several files are read one after the other: divide it; or use `repeat`"),
            );
        }
        None
    }

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

#[cfg(test)]
mod tests {
    use super::super::super::{NoFiles, ReadOptions, json};
    use super::super::library::Texts;
    use super::*;

    /// What is found in a file, if so much memory is taken before it.
    fn found_after(taken: usize, text: &str) -> Vec<(&'static str, String)> {
        let tree = json::parse(text).expect("JSON");
        let texts = Texts::default();
        let library = texts.library(text, &NoFiles);
        let mut reader = Reader::new(text, &library);
        reader.compiled = taken;
        reader.scenario(&tree, &ReadOptions::default());
        let found = reader.into_diagnostics().into_iter().map(|found| {
            let span = found.span.unwrap_or_default();
            let at = span.start as usize..span.end as usize;
            (found.code.0, text[at].to_owned())
        });
        found.collect()
    }

    #[test]
    fn the_memory_of_a_compiled_file_is_bounded() {
        let two = r#"{ "steps": [{ "wait": "1s" }, { "wait": "2s" }] }"#;
        let step = size_of::<Step>();
        assert_eq!(found_after(MAX_SCRIPT - 2 * step, two), []);
        let over = |text: &str| ("BC1029", text.to_owned());
        assert_eq!(
            found_after(MAX_SCRIPT - 2 * step + 1, two),
            [over(r#"{ "wait": "2s" }"#)]
        );
        // Said once, however much there is behind it.
        assert_eq!(found_after(MAX_SCRIPT, two), [over(r#"{ "wait": "1s" }"#)]);
        for (text, at) in [
            (r#"{ "steps": [{ "send": "hello" }] }"#, r#""hello""#),
            (
                r#"{ "steps": [{ "expect": { "any": true } }] }"#,
                r#"{ "any": true }"#,
            ),
            (
                r#"{ "cases": [{ "_a": "long" }], "steps": [{ "wait": "1s" }] }"#,
                r#""long""#,
            ),
        ] {
            assert_eq!(found_after(MAX_SCRIPT - 1, text)[..1], [over(at)], "{text}");
        }
    }
}
