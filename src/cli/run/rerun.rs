//! `backchat run --rerun-failed`: what the last run left to be done, played in the way it was.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;

use super::super::args::RunArgs;
use super::super::console::Console;
use super::super::error::CliError;
use super::super::files::safe;
use super::super::load::Loaded;
use super::super::project::{ProjectFile, before, typed, with_profile};
use super::super::report::open;
use super::recording::folder;
use crate::count::count;
use crate::runner::CaseRef;

/// How many ids a line names.
const NAMED: usize = 8;

/// What the last run left to be done.
#[derive(Debug)]
pub(super) struct Rerun {
    /// The ids, in order.
    ids: Vec<String>,
    /// Whether all the files of the last run are read: an id that is not among them is gone then.
    all: bool,
}

/// Reads the log of the last run, and makes the arguments those of that run, but for what was typed now.
///
/// # Errors
///
/// Fails when there is no log, or its flags are no flags of this program.
pub(super) fn rerun(
    args: &mut RunArgs,
    file: Option<&ProjectFile>,
    console: &Console,
) -> Result<Rerun, CliError> {
    let (log, _) = open(&folder(&args.reporting))?;
    let all = args.paths.is_empty();
    let mut flags = log.run.header.flags.clone();
    // What is random is what it was.
    if !log.run.started.seed.is_empty() && !flags.iter().any(|flag| flag == "--seed") {
        flags.extend(["--seed".to_owned(), log.run.started.seed.clone()]);
    }
    let paths = &log.run.header.paths;
    *args = with_flags(typed(), args, (&flags, paths), file, console)?;
    if all {
        args.paths = paths.iter().map(Into::into).collect();
    }
    Ok(Rerun {
        ids: log.run.to_play_again(),
        all,
    })
}

/// What was typed, with these flags of a run with these paths before it: what is typed later holds.
fn with_flags(
    typed: Vec<OsString>,
    args: &RunArgs,
    (flags, paths): (&[String], &[String]),
    file: Option<&ProjectFile>,
    console: &Console,
) -> Result<RunArgs, CliError> {
    let flags = &unless_typed(flags, args);
    let words = before(typed, flags);
    with_profile(words, args, file, Some(paths), console).map_err(|error| match error {
        CliError::Usage(_) => CliError::Usage(format!(
            "the last run had flags that this program does not take: {}",
            safe(&flags.join(" "))
        )),
        other => other,
    })
}

/// These flags, but not those that say when a run stops where one of them was typed: they exclude each other.
fn unless_typed(flags: &[String], args: &RunArgs) -> Vec<String> {
    let play = &args.play;
    let is_said = play.fail_fast || play.no_fail_fast || play.max_fail.is_some();
    let (mut kept, mut rest) = (Vec::new(), flags.iter());
    while let Some(flag) = rest.next() {
        match &**flag {
            "--fail-fast" | "--no-fail-fast" if is_said => {}
            "--max-fail" if is_said => {
                rest.next();
            }
            _ => kept.push(flag.clone()),
        }
    }
    kept
}

impl Rerun {
    /// Whether nothing is left to be done.
    pub(super) const fn is_nothing(&self) -> bool {
        self.ids.is_empty()
    }

    /// Leaves the cases that are to be played; the ids of those that are to be and are not among them.
    pub(super) fn select(
        &self,
        cases: &mut Vec<CaseRef>,
        loaded: &[Loaded],
        console: &Console,
    ) -> Result<Vec<String>, CliError> {
        let wanted: HashSet<&str> = self.ids.iter().map(String::as_str).collect();
        cases.retain(|case| wanted.contains(&*case.id));
        let mut left: HashMap<&str, bool> = self.ids.iter().map(|id| (&**id, !self.all)).collect();
        for Loaded {
            found, scenario, ..
        } in loaded
        {
            for case in &scenario.cases {
                let id = case
                    .label
                    .as_ref()
                    .map(|label| format!("{}#{label}", found.id));
                if let Some(is_there) = left.get_mut(&**id.as_ref().unwrap_or(&found.id)) {
                    *is_there = true;
                }
            }
        }
        for case in &*cases {
            left.remove(&*case.id);
        }
        let gone = |id: &&String| left.get(&***id) == Some(&false);
        let gone: Vec<&str> = self.ids.iter().filter(gone).map(String::as_str).collect();
        if !gone.is_empty() {
            let verb = if gone.len() == 1 { "is" } else { "are" };
            let cases = count(gone.len(), "case");
            let what = format!(
                "{cases} of the last run {verb} not there any more: {}",
                named(&gone)
            );
            console.say(&console.palette.warning_line(&what))?;
        }
        if cases.is_empty() {
            return Err(CliError::NothingSelected {
                cases: count(self.ids.len(), "case"),
                filters: "--rerun-failed and what was typed beside it".into(),
                help: Vec::new(),
            });
        }
        let outstanding = self.ids.iter().filter(|id| left.get(&***id) == Some(&true));
        Ok(outstanding.cloned().collect())
    }
}

/// The first of them, fit to be shown.
fn named<S: AsRef<str>>(ids: &[S]) -> String {
    let first: Vec<String> = ids.iter().take(NAMED).map(|id| safe(id.as_ref())).collect();
    let more = if ids.len() > NAMED { ", …" } else { "" };
    format!("{}{more}", first.join(", "))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::super::args::{Cli, Verb};
    use super::*;
    use crate::report::{Detail, Palette};

    fn typed(words: &str, flags: &[&str]) -> Result<RunArgs, CliError> {
        let typed = words.split(' ').map(OsString::from).collect();
        let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
        let Verb::Run(args) = Cli::parse_from(words.split(' ')).verb else {
            panic!("run");
        };
        let console = Console {
            palette: Palette::plain(),
            detail: Detail::Normal,
            watched: false,
        };
        with_flags(typed, &args, (&flags, &[]), None, &console)
    }

    #[test]
    fn flags_of_the_last_run_hold_unless_they_are_typed_again() {
        let flags = ["-t", "localhost:1", "--var", "a=1", "--seed", "0000007f"];
        let args = typed("backchat --color never run --rerun-failed", &flags).expect("flags");
        assert_eq!((args.target(), args.play.seed), ("localhost:1", Some(0x7f)));
        let args = typed(
            "backchat run --rerun-failed -t localhost:2 --var a=2",
            &flags,
        );
        let args = args.expect("flags");
        assert_eq!(args.target(), "localhost:2");
        let values: Vec<&str> = args.play.var.iter().map(|(_, value)| &**value).collect();
        assert_eq!(values, ["1", "2"], "the last one holds");
        assert!(typed("backchat run --rerun-failed", &["--no-such-flag"]).is_err());
    }

    #[test]
    fn when_a_run_stops_is_said_anew_in_any_of_its_ways() {
        for (words, flags) in [
            ("--max-fail 2", &["--no-fail-fast"][..]),
            ("--no-fail-fast", &["--max-fail", "3"]),
            ("--fail-fast", &["--max-fail", "3"]),
            ("--max-fail 2", &["--max-fail", "3"]),
        ] {
            let args = typed(&format!("backchat run --rerun-failed {words}"), flags);
            let play = args.expect("flags").play;
            let most = play.max_fail.map(std::num::NonZeroUsize::get);
            assert_eq!(most, words.ends_with('2').then_some(2), "{words}");
            assert_eq!(play.no_fail_fast, words == "--no-fail-fast");
        }
        let args = typed("backchat run --rerun-failed", &["--max-fail", "3"]);
        assert!(args.expect("flags").play.max_fail.is_some());
    }
}
