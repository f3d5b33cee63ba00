//! The tutorial can be followed word by word: its files are written, its commands typed, and what one sees is what it shows.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use crate::harness::{Workplace, blocks, document, stable};

/// Where the tutorial's server listens; here it gets a port that is free.
const ADDRESS: &str = "127.0.0.1:7171";

/// How many commands the tutorial types at least.
const COMMANDS: usize = 12;

/// The tutorial's server. Killed when this is dropped.
struct Python {
    child: Child,
    address: String,
}

impl Python {
    /// Starts the server that stands in the folder now, or tells that there is no Python.
    fn start(place: &Workplace) -> Option<Self> {
        let mut child = Command::new("python3")
            .args(["notes.py", "0"])
            .current_dir(place.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut said = String::new();
        let stdout = child.stdout.take().expect("piped");
        BufReader::new(stdout)
            .read_line(&mut said)
            .expect("readable");
        let address = said.trim_end().strip_prefix("listening on ");
        let address = address.expect("the address").to_owned();
        Some(Self { child, address })
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // Both fail when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn who_follows_the_tutorial_sees_what_it_shows() {
    let mut place = Workplace::new();
    let mut server: Option<Python> = None;
    let mut commands = 0;
    for block in blocks(&document("docs/tutorial.md")) {
        if let Some(name) = &block.file {
            place = place.file(name, block.text.as_bytes());
            continue;
        }
        let Some((command, shown)) = typed(&block.text) else {
            continue;
        };
        commands += 1;
        match command.split(' ').collect::<Vec<_>>().as_slice() {
            ["backchat", args @ ..] => {
                let address = server.as_ref().map_or_else(nobody, |it| it.address.clone());
                let args: Vec<_> = args
                    .iter()
                    .map(|it| it.replace(ADDRESS, &address))
                    .collect();
                let output = place.backchat(args.iter().map(String::as_str)).output();
                let said = output.stderr.replace(&address, ADDRESS);
                assert_eq!(stable(&said), stable(shown), "{}: {command}", block.heading);
                let failed = ["FAIL", "error"].iter().any(|word| shown.contains(word));
                assert_eq!(output.code != Some(0), failed, "{command}\n{output}");
            }
            ["python3", "notes.py", "7171"] => {
                drop(server.take());
                server = Python::start(&place);
                if server.is_none() {
                    // Not through the macro: the test's own output is shown only if it fails.
                    let skipped =
                        "SKIPPED: the tutorial from its server on: python3 is not installed";
                    writeln!(std::io::stderr(), "{skipped}").expect("stderr");
                    return;
                }
                assert_eq!(shown, format!("listening on {ADDRESS}\n"));
            }
            other => panic!("the tutorial types what this test does not know: {other:?}"),
        }
    }
    assert!(commands >= COMMANDS, "too few: {commands}");
}

/// What a block has typed, and what it shows of the answer.
fn typed(block: &str) -> Option<(&str, &str)> {
    block.strip_prefix("$ ")?.split_once('\n')
}

/// An address at which nobody listens.
fn nobody() -> String {
    let free = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    free.local_addr().expect("bound").to_string()
}
