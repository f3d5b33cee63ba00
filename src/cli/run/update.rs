//! `backchat run --update`: exact expectations that differ are written anew, and played again.
//!
//! A conversation ends at its first difference, so it is played once for each. Only the bytes between the quotes change:
//! matchers, templates, comments and the form of the file stay. What cannot be rewritten so is named and left alone.

use super::super::ExitStatus;
use super::super::args::RunArgs;
use super::super::console::{Console, is_ci};
use super::super::error::CliError;
use super::once::play_once;
use super::updates::Updates;

/// Plays, rewrites, and plays again what was rewritten, until nothing more differs that can be.
pub(super) fn update(args: &RunArgs, console: &Console) -> Result<ExitStatus, CliError> {
    if is_ci() {
        return Err(CliError::Usage(
            "--update rewrites scenario files, and does not where CI is set: nobody would look at them".into(),
        ));
    }
    let mut updates = Updates::default();
    let mut before = ExitStatus::Success;
    loop {
        let status = play_once(args, console, &mut Vec::new(), Some(&mut updates), None)?;
        if !matches!(status, ExitStatus::Success | ExitStatus::Failed) {
            return Ok(status);
        }
        let changed = updates.apply(console)?;
        if changed.is_empty() {
            return Ok(status.or(before));
        }
        if updates.failed > changed.len() {
            before = ExitStatus::Failed;
        }
        updates.failed = 0;
        updates.only = Some(changed);
    }
}
