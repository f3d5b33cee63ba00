//! `backchat report`: reports, made of the log of a run that is over, or was killed.

use super::super::ExitStatus;
use super::super::args::{ReportArgs, ReportVerb, ShowArgs};
use super::super::console::Console;
use super::super::error::CliError;
use super::log_file::LOG;
use super::merge::merge;
use super::open::open;
use super::wanted::write_all;

/// Does what is wanted with logs.
pub(in crate::cli) fn report(args: &ReportArgs, console: &Console) -> Result<ExitStatus, CliError> {
    match &args.verb {
        ReportVerb::Show(args) => show(args, console),
        ReportVerb::Merge(args) => merge(args, console),
    }
}

/// Makes reports of a log.
fn show(args: &ShowArgs, console: &Console) -> Result<ExitStatus, CliError> {
    let (mut log, folder) = open(&args.log)?;
    let path = match args.log.is_dir() {
        true => folder.join(LOG),
        false => args.log.clone(),
    };
    write_all(&args.report, &folder, &[&path], &mut log, console)?;
    Ok(ExitStatus::Success)
}
