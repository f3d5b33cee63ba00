//! The command that plays a run again, up to the ids of the cases.

use std::path::Path;

use super::args::{RunArgs, SegmentArg};
use crate::player::{DEFAULT_MAX_STEPS, DEFAULT_TIMEOUT};
use crate::report::{quoted, typed};

/// The command: what decides which cases there are and how they are played, but no filters.
pub(super) fn again(args: &RunArgs) -> String {
    let mut words: Vec<String> = vec!["backchat".into(), "run".into()];
    words.extend(args.paths.iter().map(|path| word(path)));
    let mut flag = |name: &str, value: &str| words.extend([name.into(), quoted(value)]);
    if args.target != "embedded" {
        flag("-t", &args.target);
    }
    for (name, value) in &args.play.var {
        flag("--var", &format!("{name}={value}"));
    }
    match args.play.segment {
        SegmentArg::Whole => {}
        SegmentArg::Byte => flag("--segment", "byte"),
        SegmentArg::Random => flag("--segment", "random"),
    }
    if let Some(seed) = args.play.seed {
        flag("--seed", &format!("{seed:x}"));
    }
    if args.play.simulate {
        words.push("--simulate".into());
    }
    if args.play.no_fail_fast {
        words.push("--no-fail-fast".into());
    }
    let mut flag = |name: &str, value: &str| words.extend([name.into(), quoted(value)]);
    if args.play.timeout != DEFAULT_TIMEOUT {
        flag("--timeout", &typed(args.play.timeout));
    }
    if args.play.max_steps != DEFAULT_MAX_STEPS {
        flag("--max-steps", &args.play.max_steps.to_string());
    }
    words.join(" ")
}

/// A path as a shell takes it; one that begins with `-` would be taken for a flag.
fn word(path: &Path) -> String {
    let path = path.to_string_lossy();
    if path.starts_with('-') {
        quoted(&format!("./{path}"))
    } else {
        quoted(&path)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::args::{Cli, Verb};
    use super::again;

    #[test]
    fn the_command_keeps_what_matters_and_drops_the_filters() {
        for (typed, expected) in [
            (&["run"][..], "backchat run"),
            (&["run", "-f", "x", "--tag", "y", "-j", "1"], "backchat run"),
            (&["run", "--no-fail-fast"], "backchat run --no-fail-fast"),
            (
                &[
                    "run",
                    "my files/",
                    "-t",
                    "localhost:1",
                    "--segment",
                    "random",
                    "--seed",
                    "7f",
                ],
                "backchat run 'my files/' -t localhost:1 --segment random --seed 7f",
            ),
            (
                &[
                    "run",
                    "--var",
                    "a=it's",
                    "--timeout",
                    "2s",
                    "--max-steps",
                    "9",
                ],
                r"backchat run --var 'a=it'\''s' --timeout 2s --max-steps 9",
            ),
        ] {
            let args = std::iter::once(&"backchat").chain(typed);
            let Verb::Run(args) = Cli::parse_from(args).verb else {
                panic!("run");
            };
            assert_eq!(again(&args), expected);
        }
    }
}
