//! `backchat completions` and `backchat man`: what a shell and `man` want to know of the command line.
//!
//! Both are made of the same description as `--help`, so they know every flag.

use clap::CommandFactory;
use clap_complete::generate;
use clap_mangen::Man;

use super::ExitStatus;
use super::args::{Cli, CompletionsArgs, ManArgs};
use super::console::Console;
use super::error::CliError;

/// The program's name, as a shell knows it.
const PROGRAM: &str = "backchat";

/// Prints the completions of a shell.
pub(super) fn completions(
    args: &CompletionsArgs,
    console: &Console,
) -> Result<ExitStatus, CliError> {
    let mut script = Vec::new();
    generate(args.shell, &mut Cli::command(), PROGRAM, &mut script);
    print(&script, console)
}

/// Prints the manual page of the program, or of a verb.
pub(super) fn man(args: &ManArgs, console: &Console) -> Result<ExitStatus, CliError> {
    let mut command = Cli::command();
    command.build();
    if let Some(verb) = &args.verb {
        let found = command.find_subcommand(verb).cloned();
        command = found.ok_or_else(|| {
            let verbs: Vec<&str> = command
                .get_subcommands()
                .map(clap::Command::get_name)
                .collect();
            CliError::Usage(format!(
                "there is no verb {verb:?}; there are {}",
                verbs.join(", ")
            ))
        })?;
    }
    let mut page = Vec::new();
    Man::new(command)
        .render(&mut page)
        .map_err(CliError::Output)?;
    print(&page, console)
}

fn print(text: &[u8], console: &Console) -> Result<ExitStatus, CliError> {
    console.print(&String::from_utf8_lossy(text))?;
    Ok(ExitStatus::Success)
}
