//! Input → a scenario that sends the same bytes.
//!
//! It says what the reference server does then, so that it can fail: how a session answers is looked up by asking one.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use super::layout::{ConversationInput, FrameInput, Options, RoundTripInput, SessionInput};
use super::pieces::Cuts;
use super::quoting::{hex, payload, quoted};
use crate::scenario::Reply;
use crate::session::{Config, Session};
use crate::time::Time;
use crate::wire::{Delimiter, Endian, Framing, LengthPrefix, LengthWidth, LineEnding};

/// The targets whose inputs can be made scenarios.
pub(crate) const REPLAYED: [&str; 5] = [
    "conversation",
    "frame_decoder",
    "frame_roundtrip",
    "scenario_json",
    "session",
];

/// The smallest limit on messages that a scenario can give a server.
const MIN_LIMIT: usize = 1;

/// Why an input is no conversation. Whoever asked is at fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum NoScenario {
    /// Inputs of the target say nothing to a server.
    #[error("an input of {0} is no conversation")]
    Target(String),
    /// It ends before its header does.
    #[error("the input has {0} bytes, fewer than the header of its target")]
    Short(usize),
    /// Scenarios have no such framing.
    #[error("the framing of the input is one that scenarios do not have: {0}")]
    Framing(&'static str),
    /// The file that `scenario_json` reads is no text.
    #[error("the input is not UTF-8, so it is no scenario file")]
    NoText,
}

/// What a client does, and what it is told about the server.
struct Replay<'a> {
    config: Config,
    pieces: Vec<&'a [u8]>,
    /// The client sends FIN in the end.
    ends: bool,
}

/// The scenario of an input of this target, as the text of a file.
///
/// `plain`: nothing is said of what the server is or answers, so that it can be played with any.
pub(crate) fn replay(
    target: &str,
    input: &[u8],
    name: &str,
    plain: bool,
) -> Result<String, NoScenario> {
    let short = || NoScenario::Short(input.len());
    let replay = match target {
        "scenario_json" => {
            let text = std::str::from_utf8(input).map_err(|_| NoScenario::NoText)?;
            return Ok(text.to_owned());
        }
        "conversation" => {
            let input = ConversationInput::parse(input).ok_or_else(short)?;
            return Ok(conversation(&input, plain));
        }
        "session" => {
            let input = SessionInput::parse(input).ok_or_else(short)?;
            Replay {
                config: input.config(),
                pieces: pieces(input.cuts, input.stream),
                ends: input.options.is(Options::END),
            }
        }
        "frame_decoder" => {
            let input = FrameInput::parse(input).ok_or_else(short)?;
            Replay {
                config: framed(input.framing, input.limit),
                pieces: pieces(input.cuts, input.stream),
                ends: false,
            }
        }
        "frame_roundtrip" => {
            let input = RoundTripInput::parse(input).ok_or_else(short)?;
            Replay {
                config: framed(input.framing, usize::MAX),
                pieces: pieces(input.cuts, input.stream),
                ends: false,
            }
        }
        _ => return Err(NoScenario::Target(target.to_owned())),
    };
    replay.text(target, name, plain)
}

fn pieces(cuts: Cuts, stream: &[u8]) -> Vec<&[u8]> {
    // An empty write is none.
    cuts.pieces(stream)
        .filter(|piece| !piece.is_empty())
        .collect()
}

fn framed(framing: Framing, limit: usize) -> Config {
    let default = Config::default();
    Config {
        framing,
        max_message: limit.min(default.max_message),
        ..default
    }
}

impl Replay<'_> {
    fn text(mut self, target: &str, name: &str, plain: bool) -> Result<String, NoScenario> {
        self.config.max_message = self.config.max_message.max(MIN_LIMIT);
        // The clock of an input is its own: over sockets nobody hangs up so soon.
        self.config.idle_timeout = Duration::ZERO;
        let mut text = String::from("{\n");
        let _ = writeln!(
            text,
            "  \"name\": {},",
            quoted(&format!("{target}: {name}"))
        );
        let _ = writeln!(
            text,
            "  \"description\": \"What a fuzzer sent; made by backchat corpus --from.\","
        );
        let _ = writeln!(text, "  \"framing\": {},", framing(&self.config.framing)?);
        if self.config.framing.is_by_push() {
            text.push_str("  \"segments\": \"as-written\",\n");
        }
        if !plain {
            let _ = writeln!(text, "  \"server\": {},", server(&self.config));
        }
        let steps = if plain { self.sends() } else { self.turns() };
        let _ = writeln!(
            text,
            "  \"steps\": [\n    {}\n  ]\n}}",
            steps.join(",\n    ")
        );
        Ok(text)
    }

    /// The writes alone.
    fn sends(&self) -> Vec<String> {
        let mut steps: Vec<String> = (self.pieces.iter())
            .map(|piece| {
                format!(
                    r#"{{ "send_bytes": {}, "may_fail": true }}"#,
                    payload(piece)
                )
            })
            .collect();
        if self.ends || steps.is_empty() {
            steps.push(r#"{ "close": "clean" }"#.into());
        }
        steps
    }

    /// The writes, and what the reference server says to each.
    fn turns(&self) -> Vec<String> {
        let mut server = Server::new(&self.config);
        let mut steps = Vec::new();
        let expect = |said: Vec<u8>, steps: &mut Vec<String>| {
            if !said.is_empty() {
                steps.push(format!(r#"{{ "expect_bytes": {} }}"#, payload(&said)));
            }
        };
        expect(server.says(), &mut steps);
        for piece in &self.pieces {
            let gone = server.is_gone();
            let may_fail = if gone { r#", "may_fail": true"# } else { "" };
            steps.push(format!(
                r#"{{ "send_bytes": {}{may_fail} }}"#,
                payload(piece)
            ));
            server.hear(piece);
            expect(server.says(), &mut steps);
        }
        if self.ends && !server.is_gone() {
            steps.push(r#"{ "close": "write" }"#.into());
            server.end();
            expect(server.says(), &mut steps);
        }
        if server.is_gone() {
            steps.push(r#"{ "expect_close": "clean" }"#.into());
        } else if steps.is_empty() {
            steps.push(r#"{ "close": "clean" }"#.into());
        }
        steps
    }
}

/// The reference server's side of one connection, without a clock: whatever is due happens.
struct Server {
    session: Session,
    now: Time,
}

impl Server {
    fn new(config: &Config) -> Self {
        Self {
            session: Session::new(Arc::new(config.clone()), Time::ZERO),
            now: Time::ZERO,
        }
    }

    fn hear(&mut self, piece: &[u8]) {
        self.session.handle_received(piece, self.now);
    }

    fn end(&mut self) {
        self.session.handle_ended(self.now);
    }

    fn is_gone(&self) -> bool {
        self.session.poll_close().is_some()
    }

    /// All it says until it waits for its peer.
    fn says(&mut self) -> Vec<u8> {
        let mut said = Vec::new();
        loop {
            let outbox = self.session.outbox();
            if !outbox.is_empty() {
                said.extend_from_slice(outbox);
                let n = outbox.len();
                self.session.handle_written(n, self.now);
            } else if let Some(due) = self.session.poll_timeout() {
                self.now = due.max(self.now);
                self.session.handle_timeout(self.now);
            } else {
                return said;
            }
        }
    }
}

/// A conversation of the language of steps, with or without its server.
fn conversation(input: &ConversationInput<'_>, plain: bool) -> String {
    let text = input.scenario();
    match text.strip_prefix('{') {
        Some(rest) if !plain => {
            let server = server(&input.config());
            // The server has another framing than the client.
            let framing = framing(&input.config().framing).unwrap_or_default();
            let server = server.replacen('{', &format!("{{ \"framing\": {framing},"), 1);
            format!("{{\"server\":{server},\n{rest}\n")
        }
        _ => format!("{text}\n"),
    }
}

/// The `server` of a scenario.
fn server(config: &Config) -> String {
    let greeting = (config.greeting.as_deref()).map_or_else(|| "null".to_owned(), payload);
    let reply = match config.reply {
        Reply::Hello => "hello",
        Reply::Echo => "echo",
    };
    let think = config.think_time.as_millis();
    let limit = config.max_message;
    format!(
        r#"{{ "greeting": {greeting}, "reply": "{reply}", "think_time": "{think}ms", "max_message": {limit} }}"#
    )
}

/// The `framing` of a scenario.
fn framing(framing: &Framing) -> Result<String, NoScenario> {
    Ok(match framing {
        Framing::Raw => r#""raw""#.into(),
        Framing::Line(LineEnding::Lf) => r#"{ "line": { "ending": "lf" } }"#.into(),
        Framing::Line(LineEnding::CrLf) => r#"{ "line": { "ending": "crlf" } }"#.into(),
        Framing::Line(LineEnding::Either) => r#"{ "line": { "ending": "either" } }"#.into(),
        Framing::Delimited(by) => delimited(by),
        Framing::Fixed(size) => format!(r#"{{ "fixed": {{ "size": {size} }} }}"#),
        Framing::Netstring => r#""netstring""#.into(),
        Framing::LengthPrefixed(prefix) => length_prefixed(*prefix)?,
        Framing::Datagram => return Err(NoScenario::Framing("datagram")),
    })
}

fn delimited(by: &Delimiter) -> String {
    let by = hex(by.as_bytes());
    format!(r#"{{ "delimited": {{ "by": {{ "hex": "{by}" }} }} }}"#)
}

/// How far the length of a message may be from its beginning, and from the number it stands for, in a scenario: 1 MiB.
const MAX_AROUND: u64 = 1 << 20;

fn length_prefixed(prefix: LengthPrefix) -> Result<String, NoScenario> {
    let LengthPrefix {
        offset,
        width,
        endian,
        adjust,
    } = prefix;
    if offset as u64 > MAX_AROUND || adjust.unsigned_abs() > MAX_AROUND {
        return Err(NoScenario::Framing(
            "a length prefix at the edge of what numbers hold",
        ));
    }
    let width = match width {
        LengthWidth::One => "1",
        LengthWidth::Two => "2",
        LengthWidth::Three => "3",
        LengthWidth::Four => "4",
        LengthWidth::Eight => "8",
        LengthWidth::Varint => "\"varint\"",
    };
    let endian = match (endian, width) {
        (_, "\"varint\"") | (Endian::Big, _) => "",
        (Endian::Little, _) => r#", "endian": "little""#,
    };
    Ok(format!(
        r#"{{ "length_prefixed": {{ "offset": {offset}, "width": {width}{endian}, "adjust": {adjust} }} }}"#
    ))
}
