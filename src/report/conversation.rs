//! What was said, line by line: `>` sent, `<` received, `*` what happened to the connection.

use super::hexdump;
use super::palette::{Palette, paint};
use super::text::{bytes, head, width, words};
use crate::player::{EndedBy, Ending, Event, EventKind, LinkState, Log, Transcript};
use crate::scenario::{ClientId, CloseHow};

/// How many events a failure shows; the transcript keeps more, and `-v` shows them.
const SHOWN: usize = 16;

/// The line above what happened in `finally`.
pub(super) const FINALLY: &str = "* finally";

/// How many columns of a message a failure shows.
const COLUMNS: usize = 72;

/// Where the arrow stands, unless the line is longer.
const ARROW: usize = 40;

/// A conversation as it is remembered.
#[derive(Debug)]
pub(super) struct Conversation<'a> {
    /// What happened, oldest first.
    pub(super) events: Vec<&'a Event>,
    /// How many older events were dropped.
    pub(super) dropped: u64,
    /// The clients' names, by their ids.
    pub(super) clients: &'a [&'a str],
}

impl<'a> Conversation<'a> {
    /// Makes it of what is remembered.
    pub(super) fn of(log: &'a Log, clients: &'a [&'a str]) -> Self {
        Self {
            events: log.events().collect(),
            dropped: log.dropped(),
            clients,
        }
    }
}

/// Whether a failure shows all of it.
pub(super) fn is_shown_whole(transcript: &Transcript) -> bool {
    let log = transcript.conversation();
    transcript.finally().is_none() && log.dropped() == 0 && log.events().count() <= SHOWN
}

impl Conversation<'_> {
    /// The last events, or those around the one with the index `here`, which has an arrow.
    pub(super) fn tail(&self, palette: &Palette, here: Option<usize>) -> Vec<String> {
        let last = self.events.len().saturating_sub(SHOWN);
        let first = here.map_or(last, |here| last.min(here.saturating_sub(SHOWN / 2)));
        let mut lines = self.omitted(palette, first);
        let shown = self.events.iter().enumerate().skip(first).take(SHOWN);
        for (index, event) in shown {
            let mut line = self.line(palette, event, COLUMNS);
            if here == Some(index) {
                let plain = width(&self.line(&Palette::plain(), event, COLUMNS));
                let blank = ARROW.saturating_sub(plain).max(2);
                line.push_str(&format!("{:blank$}{}", "", paint(palette.bad, "← here")));
            }
            lines.push(line);
        }
        if first < last {
            lines.push(more(palette, (last - first) as u64, "later"));
        }
        lines
    }

    /// All that is remembered, with the bytes in hexadecimal digits where that is wanted.
    pub(super) fn whole(&self, palette: &Palette, with_bytes: bool) -> Vec<String> {
        let mut lines = self.omitted(palette, 0);
        for event in &self.events {
            lines.push(self.line(palette, event, usize::MAX / 8));
            if let (true, EventKind::Sent { head, .. } | EventKind::Received { head, .. }) =
                (with_bytes, &event.kind)
            {
                lines.extend(
                    hexdump::whole(palette, head)
                        .into_iter()
                        .map(|row| format!("    {row}")),
                );
            }
        }
        lines
    }

    /// A line that says how many events are not shown, if any are not.
    fn omitted(&self, palette: &Palette, hidden: usize) -> Vec<String> {
        let count = self.dropped + hidden as u64;
        if count == 0 {
            return Vec::new();
        }
        vec![more(palette, count, "earlier")]
    }

    fn line(&self, palette: &Palette, event: &Event, columns: usize) -> String {
        let at = self
            .events
            .iter()
            .map(|event| event.at.to_string().len())
            .max()
            .unwrap_or(0);
        let time = format!("{:>at$}", event.at.to_string());
        let (sign, what) = match &event.kind {
            EventKind::Sent {
                head: bytes,
                len,
                pieces,
                ..
            } => (">", head(bytes, *len, columns) + &times(*pieces, "writes")),
            EventKind::Received {
                head: bytes,
                len,
                pieces,
                ..
            } => ("<", head(bytes, *len, columns) + &times(*pieces, "reads")),
            other => ("*", happened(other)),
        };
        let time = paint(palette.dim, time);
        match self.name(event.client) {
            Some(name) => format!("{sign} {time} {name} {what}"),
            None => format!("{sign} {time} {what}"),
        }
    }

    /// The client's name, padded, where there are several.
    fn name(&self, client: ClientId) -> Option<String> {
        let longest = self.clients.iter().map(|name| width(name)).max()?;
        let name = self
            .clients
            .get(usize::from(client.0))
            .filter(|_| self.clients.len() > 1)?;
        Some(format!("{name}{:1$}", "", longest - width(name)))
    }
}

/// Says how many events are not shown.
fn more(palette: &Palette, count: u64, which: &str) -> String {
    let noun = if count == 1 { "event" } else { "events" };
    paint(palette.dim, format_args!("… {count} {which} {noun}")).to_string()
}

/// Of how many pieces it was, where there were several.
fn times(pieces: u32, what: &str) -> String {
    match pieces {
        0 | 1 => String::new(),
        n => format!("  ({n} {what})"),
    }
}

/// What happened to a connection, in words; nothing where bytes say it.
pub(super) fn happened(kind: &EventKind) -> String {
    match kind {
        EventKind::Connected(peer) => format!("connected {}", words(peer)),
        EventKind::Refused(why) => format!("not connected: {}", words(&why.message)),
        EventKind::Secured(how) => format!("TLS began: {}", words(how)),
        EventKind::NoTls(why) => format!("no TLS: {}", words(&why.message)),
        EventKind::Ended(how) => ended(*how),
        EventKind::TooLarge => {
            "could not send: the packet is larger than the system sends here".to_owned()
        }
        EventKind::Unwritable(how) => format!("could not send: {}", ended(*how)),
        EventKind::Shutdown => "no more to send (FIN), still reading".into(),
        EventKind::Closed => "closed by this side".into(),
        EventKind::Aborted => "reset by this side (RST)".into(),
        EventKind::Dropped => "closed by this side: such a socket has no RST".into(),
        EventKind::Skipped { step, inside, why } => {
            let around = inside.map(|inside| format!("`{}` in ", inside.key()));
            let around = around.unwrap_or_default();
            format!("step {step} of {around}`finally` left out: {}", words(why))
        }
        EventKind::Sent { .. } | EventKind::Received { .. } => String::new(),
    }
}

/// How a connection ended, from this side.
pub(super) fn ended(how: Ending) -> String {
    match how {
        Ending::Clean => "closed by the peer (FIN)".into(),
        Ending::Reset => "reset by the peer (RST)".into(),
        Ending::Unread => {
            "closed by the peer with bytes of this side unread (ECONNRESET, no RST)".into()
        }
        Ending::Truncated => {
            "closed by the peer (FIN) in the middle of TLS: no close_notify".into()
        }
        Ending::Alert(alert) => format!("ended by the peer with the TLS alert {alert}"),
        Ending::Garbled => "broken: what came under TLS is no TLS".into(),
        Ending::Refused => "refused: nobody listens there".into(),
        Ending::Unreachable => "lost: there is no way to the peer any more".into(),
        Ending::TimedOut => "lost: no sign of the peer for too long".into(),
        Ending::Lost => "lost: the system has failed".into(),
    }
}

/// How a connection stands, and which side ended it first where both have.
fn stands(link: &LinkState) -> String {
    match (link.ended, link.first_end.map(|first| first.by)) {
        (Some(how), Some(EndedBy::Us(_))) => {
            format!("{}, after this side had no more to send (FIN)", ended(how))
        }
        (Some(how), _) if link.shut => {
            format!("{}, before this side had no more to send", ended(how))
        }
        (Some(how), _) => ended(how),
        (None, Some(EndedBy::Us(CloseHow::Write))) if link.open => {
            "open, this side has no more to send (FIN)".into()
        }
        (None, Some(EndedBy::Us(CloseHow::Reset))) => happened(&EventKind::Aborted),
        (None, Some(EndedBy::UsWithoutReset)) => happened(&EventKind::Dropped),
        (None, Some(EndedBy::Us(_))) => happened(&EventKind::Closed),
        (None, _) if link.open => "open".into(),
        (None, _) => "not connected".into(),
    }
}

/// Each client's connection, one line a client, as it was when the step failed.
pub(super) fn links(links: &[LinkState]) -> Vec<String> {
    let longest = links
        .iter()
        .map(|link| width(&link.name))
        .max()
        .unwrap_or(0);
    links
        .iter()
        .map(|link| {
            let state = stands(link);
            let unread = match link.unread {
                0 => String::new(),
                n => format!(", {} not yet taken", bytes(n)),
            };
            if links.len() > 1 {
                format!(
                    "{}{:2$}  {state}{unread}",
                    link.name,
                    "",
                    longest - width(&link.name)
                )
            } else {
                format!("at the failure: {state}{unread}")
            }
        })
        .collect()
}
