//! The two streams: data for programs on standard output, everything for people on standard error.

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};

use super::args::{ColorArg, DetailArgs, OutputArgs};
use super::ci_commands::{Printed, inert};
use super::error::CliError;
use super::files::safe;
use super::secrets::hide;
use crate::report::{Detail, Palette};

/// How this process shows things.
#[derive(Debug, Clone, Copy)]
pub(super) struct Console {
    /// The colours of standard error.
    pub(super) palette: Palette,
    /// How much is shown.
    pub(super) detail: Detail,
    /// Whether somebody watches: standard error is a terminal that can move its cursor, and this is no CI.
    pub(super) watched: bool,
}

impl Console {
    /// Makes it of what was typed and of what standard error is.
    pub(super) fn new(args: &OutputArgs, detail: DetailArgs) -> Self {
        let colored = match args.color {
            ColorArg::Always => true,
            ColorArg::Never => false,
            ColorArg::Auto => AutoStream::choice(&io::stderr()) != ColorChoice::Never,
        };
        let detail = match (detail.quiet, detail.verbose) {
            (true, _) => Detail::Quiet,
            (false, 0) => Detail::Normal,
            (false, 1) => Detail::Conversation,
            (false, _) => Detail::Bytes,
        };
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            palette: if colored {
                Palette::colored()
            } else {
                Palette::plain()
            },
            detail,
            watched: io::stderr().is_terminal() && !dumb && !is_ci(),
        }
    }

    /// Shows an error and what to do about it.
    pub(super) fn error(&self, error: &CliError) {
        let mut text = self.palette.error_line(&safe(&error.to_string()));
        for line in error.help() {
            text.push_str(&format!("  {}\n", safe(&line)));
        }
        // Where standard error is gone, there is nobody left to be told.
        let text = inert(hide(&text), Printed::Text);
        let _ = io::stderr().write_all(text.as_bytes());
    }

    /// Writes a block for people.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be written; a reader that has gone away is no error.
    pub(super) fn say(&self, block: &str) -> Result<(), CliError> {
        let block = inert(hide(block), Printed::Text);
        quiet_if_gone(io::stderr().write_all(block.as_bytes()))
    }

    /// Writes data for programs, as it is.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be written; a reader that has gone away is no error.
    pub(super) fn print(&self, data: &str) -> Result<(), CliError> {
        let mut out = io::stdout().lock();
        quiet_if_gone(out.write_all(data.as_bytes()).and_then(|()| out.flush()))
    }

    /// Writes JSON for programs.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be written; a reader that has gone away is no error.
    pub(super) fn print_json(&self, json: &str) -> Result<(), CliError> {
        self.print(&inert(json.into(), Printed::Json))
    }
}

/// Whether this runs where nobody watches, and all the results are wanted.
pub(super) fn is_ci() -> bool {
    std::env::var_os("CI")
        .is_some_and(|value| !value.is_empty() && value != "false" && value != "0")
}

/// A reader that has gone away (`| head`) has all it wants: that is no error.
pub(super) fn quiet_if_gone(result: io::Result<()>) -> Result<(), CliError> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(CliError::Output(error)),
        _ => Ok(()),
    }
}
