//! From the process's arguments to its exit code.

use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::args::{Cli, DetailArgs, Verb};
use super::check::check;
use super::ci_commands::{Printed, inert};
use super::console::Console;
use super::corpus::corpus;
use super::files::safe;
use super::fmt::fmt;
use super::init::init;
use super::keys::restore_terminal;
use super::report::report;
use super::run::run;
use super::schema::schema;
use super::secrets::hide;
use super::serve::serve;
use super::shell::{completions, man};
use super::{ExitStatus, panics};
use crate::target::end_all_programs;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return not_a_command(&error),
    };
    panics::install();
    let detail = match &cli.verb {
        Verb::Run(args) => args.detail,
        _ => DetailArgs::default(),
    };
    let console = Console::new(&cli.output, detail);
    let status = guarded(|| dispatch(cli.verb, &console));
    // Whatever the end was, nothing that was started outlives it.
    end_all_programs();
    restore_terminal();
    let status = if panics::happened() {
        status.or(ExitStatus::Internal)
    } else {
        status
    };
    status.into()
}

fn dispatch(verb: Verb, console: &Console) -> ExitStatus {
    let result = match verb {
        Verb::Run(args) => run(*args, console),
        Verb::Serve(args) => serve(*args, console),
        Verb::Check(args) => check(args, console),
        Verb::Schema(args) => schema(&args, console),
        Verb::Fmt(args) => fmt(args, console),
        Verb::Corpus(args) => corpus(args, console),
        Verb::Report(args) => report(&args, console),
        Verb::Init(args) => init(&args, console),
        Verb::Completions(args) => completions(&args, console),
        Verb::Man(args) => man(&args, console),
    };
    result.unwrap_or_else(|error| {
        console.error(&error);
        error.status()
    })
}

/// What `work` comes to; a panic, which has been shown by then, is a bug of this program.
fn guarded(work: impl FnOnce() -> ExitStatus) -> ExitStatus {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(ExitStatus::Internal)
}

/// Help, the version, or what is wrong with the command line.
fn not_a_command(error: &clap::Error) -> ExitCode {
    // Where it cannot be shown, the code alone has to say it.
    let _ = show(error);
    if error.use_stderr() {
        ExitStatus::Usage
    } else {
        ExitStatus::Success
    }
    .into()
}

/// Shows it: an error with all escaped that was typed and could steer a terminal.
fn show(error: &clap::Error) -> io::Result<()> {
    if !error.use_stderr() {
        return error.print();
    }
    // The plain text has no escape sequences of its own. That of an argument's would be coloured all the same.
    let mut text = String::new();
    for (n, line) in error.render().to_string().lines().enumerate() {
        text.push_str(&safe(line));
        text.push('\n');
        if let Some(path) = forgotten_verb(error).filter(|_| n == 0) {
            text.push_str(&format!(
                "\n  tip: to play it: backchat run {}\n",
                safe(path)
            ));
        }
    }
    let text = inert(hide(&text), Printed::Text);
    io::stderr().write_all(text.as_bytes())
}

/// The path that stands where a verb should.
fn forgotten_verb(error: &clap::Error) -> Option<&str> {
    if error.kind() != ErrorKind::InvalidSubcommand {
        return None;
    }
    let ContextValue::String(word) = error.get(ContextKind::InvalidSubcommand)? else {
        return None;
    };
    let path = Path::new(word);
    let is_scenario = path
        .extension()
        .is_some_and(|ending| ending == "json" || ending == "jsonc");
    (is_scenario || path.exists()).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_internal_error() {
        assert_eq!(guarded(|| panic!("on purpose")), ExitStatus::Internal);
        assert_eq!(guarded(|| ExitStatus::Failed), ExitStatus::Failed);
    }
}
