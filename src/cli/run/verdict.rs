//! What a run comes to: its exit code, and the last lines that say why.

use super::super::ExitStatus;
use super::super::console::Console;
use super::super::error::CliError;
use super::listening::Report;
use crate::runner::Summary;

/// What the count comes to.
pub(super) fn verdict(summary: &Summary, report: Report<'_>, console: &Console) -> ExitStatus {
    let Report {
        target,
        tried,
        printed,
        help,
        not_ready,
        ..
    } = report;
    if summary.failed == 0 && summary.crashed == 0 {
        ExitStatus::Success
    } else if summary.connected || tried.is_empty() && not_ready.is_empty() {
        ExitStatus::Failed
    } else {
        let mut errors = not_ready;
        if errors.is_empty() {
            errors.push(CliError::Unreachable {
                target,
                tried,
                printed,
                help,
            });
        }
        for error in &errors {
            console.error(error);
        }
        ExitStatus::Unreachable
    }
}

/// What comes of cases that were skipped where none may be.
pub(super) fn denied(summary: &Summary, deny_skips: bool, console: &Console) -> ExitStatus {
    if !deny_skips || summary.skipped == 0 {
        return ExitStatus::Success;
    }
    let were = match summary.skipped {
        1 => "1 case was".to_owned(),
        n => format!("{n} cases were"),
    };
    let error = CliError::Denied(format!("{were} skipped, which --deny-skips does not allow"));
    console.error(&error);
    error.status()
}
