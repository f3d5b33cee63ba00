//! `backchat completions` and `backchat man`: what a shell and `man` want to know of the command line.
//!
//! Both are made of the same description as `--help`, so they know every flag.

use std::path::Path;

use clap::CommandFactory;
use clap_complete::generate;
use clap_mangen::Man;

use super::ExitStatus;
use super::args::{Cli, CompletionsArgs, ManArgs};
use super::console::Console;
use super::error::CliError;
use super::files::{make_folder, shown};

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

/// Prints the manual page of the program or of a verb, or writes all of them.
pub(super) fn man(args: &ManArgs, console: &Console) -> Result<ExitStatus, CliError> {
    if let Some(folder) = &args.write {
        return all_pages(folder, console);
    }
    let mut command = Cli::command();
    command.build();
    for verb in &args.verb {
        let found = command.find_subcommand(verb).cloned();
        command = found.ok_or_else(|| no_verb(&command, verb))?;
    }
    let mut page = Vec::new();
    Man::new(command)
        .render(&mut page)
        .map_err(CliError::Output)?;
    print(&page, console)
}

fn no_verb(command: &clap::Command, verb: &str) -> CliError {
    let verbs = command.get_subcommands().map(clap::Command::get_name);
    let verbs: Vec<&str> = verbs.collect();
    let of = match command.get_name() {
        PROGRAM => String::new(),
        name => format!(" of {name}"),
    };
    CliError::Usage(match verbs.is_empty() {
        true => format!("there is no verb {verb:?}{of}, which has none"),
        false => format!(
            "there is no verb {verb:?}{of}; there are {}",
            verbs.join(", ")
        ),
    })
}

/// Writes the pages of the program and of all verbs, each as `man` looks for it.
fn all_pages(folder: &Path, console: &Console) -> Result<ExitStatus, CliError> {
    let unwritable = |source| CliError::Unwritable {
        path: shown(folder),
        source,
    };
    make_folder(folder).map_err(unwritable)?;
    clap_mangen::generate_to(Cli::command(), folder).map_err(unwritable)?;
    console.say(&format!("the manual pages are in {}\n", shown(folder)))?;
    Ok(ExitStatus::Success)
}

fn print(text: &[u8], console: &Console) -> Result<ExitStatus, CliError> {
    console.print(&String::from_utf8_lossy(text))?;
    Ok(ExitStatus::Success)
}
