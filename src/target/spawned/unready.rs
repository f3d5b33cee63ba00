//! Why a program is not ready, in words: what was waited for in vain, what it does instead, and what to do about that.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::blanks::{self, Blank};
use super::listening::{Listening, is_listening, of_group};
use super::place::Place;
use super::{Exit, NotReady, Ready, Spawn};
use crate::net::Address;

/// How many places are named where a program listens.
const MAX_PLACES: usize = 4;

/// Where a program is to listen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Endpoint<'a> {
    /// What clients call it; the main one has no name.
    pub(super) name: Option<&'a str>,
    /// The address as it was described, with its blanks.
    pub(super) at: &'a str,
    /// The address.
    pub(super) address: &'a Address,
}

impl<'a> Endpoint<'a> {
    /// All of a program, the main one first.
    pub(super) fn all(
        spawn: &'a Spawn,
        address: &'a Address,
        named: &'a [(String, Address)],
    ) -> Vec<Self> {
        let main = Self {
            name: None,
            at: &spawn.at,
            address,
        };
        let named = spawn.named.iter().zip(named);
        let named = named.map(|((name, at), (_, address))| Self {
            name: Some(name),
            at,
            address,
        });
        std::iter::once(main).chain(named).collect()
    }

    /// The first word of the address.
    fn scheme(&self) -> &'a str {
        self.at.split(':').next().unwrap_or_default()
    }

    /// Whether this is where somebody listens.
    fn is_of(&self, listening: &Listening) -> bool {
        kind(self.scheme()) == kind(listening.scheme)
            && self.has_spot_of(listening)
            && self.is_reached_at(listening)
    }

    /// Whether the port is this one's, or the path.
    fn has_spot_of(&self, listening: &Listening) -> bool {
        match listening.at {
            Ok(at) => self.address.port() == Some(at.port()),
            Err(ref path) => {
                let address = self.address.to_string();
                address.split_once(':').map(|(_, own)| own) == Some(path)
            }
        }
    }

    /// Whether who connects to its host comes to that address.
    fn is_reached_at(&self, listening: &Listening) -> bool {
        let host = self.address.host().map(str::parse::<IpAddr>);
        match (&listening.at, host) {
            (Ok(at), Some(Ok(host))) => {
                at.ip() == host || at.ip().is_unspecified() && (at.is_ipv6() || host.is_ipv4())
            }
            _ => true,
        }
    }

    /// The blank by which the program is told of it, if there is one.
    fn blank(&self) -> Option<Blank<'a>> {
        blanks::of(self.at).into_iter().next()
    }
}

impl fmt::Display for Endpoint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            None => self.address.fmt(f),
            Some(name) => write!(f, "{}, the target {name}", self.address),
        }
    }
}

/// What was waited for in vain.
#[derive(Debug)]
pub(super) struct Missed<'a> {
    /// In words.
    pub(super) what: String,
    /// Where nobody listened, where that is what was waited for.
    pub(super) endpoints: Vec<Endpoint<'a>>,
}

impl<'a> Missed<'a> {
    /// Nobody listened there.
    pub(super) fn nobody(endpoints: Vec<Endpoint<'a>>) -> Self {
        let places: Vec<String> = endpoints.iter().map(ToString::to_string).collect();
        Self {
            what: format!("nobody listened on {}", places.join(", nor on ")),
            endpoints,
        }
    }
}

impl From<String> for Missed<'_> {
    fn from(what: String) -> Self {
        Self {
            what,
            endpoints: Vec::new(),
        }
    }
}

/// What is not there yet, in words.
pub(super) fn missing(spawn: &Spawn, file: Option<&str>, all: &[Endpoint<'_>]) -> String {
    match &spawn.ready {
        Ready::Listening => {
            let is_missing = |one: &&Endpoint<'_>| is_listening(one.address, true) != Some(true);
            match all.iter().find(is_missing).or_else(|| all.first()) {
                Some(missing) => format!("nobody listens on {missing}"),
                None => String::new(),
            }
        }
        Ready::File(path) => format!("there is no file {}", file.unwrap_or(path)),
        Ready::Output { pattern, .. } => format!("it has printed nothing that matches {pattern}"),
        Ready::Scenario { file, .. } => format!("{file} does not pass"),
    }
}

/// Why a program is not ready, though it runs: as the leader of this group, at this place, started by this command.
pub(super) fn not_ready(
    spawn: &Spawn,
    missed: &Missed<'_>,
    all: &[Endpoint<'_>],
    group: i32,
    place: &Place,
) -> Box<NotReady> {
    let within = spawn.ready_timeout;
    let started_as = shell_words::join(spawn.words.iter().map(|word| place.fill(word)));
    let as_what = match spawn.command == started_as {
        true => String::new(),
        false => format!(", started as `{started_as}`,"),
    };
    let message = format!(
        "{}{as_what} was not ready within {within:?}: {}",
        spawn.command, missed.what
    );
    let help = match missed.endpoints.first() {
        Some(missing) => listens_instead(spawn, missing, all, &of_group(group), place),
        None => "`--ready-timeout` gives it longer".to_owned(),
    };
    NotReady::new(spawn, message, help)
}

/// Why a program is not ready that has ended.
pub(super) fn died(spawn: &Spawn, exit: Exit) -> Box<NotReady> {
    let message = format!("{} ended before it was ready: {exit}", spawn.command);
    let help = match exit {
        Exit::Code(0) | Exit::Background => {
            "a program that puts itself into the background cannot be watched: start it in the foreground"
        }
        _ => "does the command work when it is typed in a shell?",
    };
    NotReady::new(spawn, message, help)
}

/// Where a program listens instead, and what to do about it.
fn listens_instead(
    spawn: &Spawn,
    missing: &Endpoint<'_>,
    all: &[Endpoint<'_>],
    listens: &[Listening],
    place: &Place,
) -> String {
    if listens.is_empty() {
        return "it does not listen at all: `--ready-timeout` gives it longer".to_owned();
    }
    let near = listens.iter().find(|one| missing.has_spot_of(one));
    if let Some(near) = near {
        let (wanted, got) = (kind(missing.scheme()), kind(near.scheme));
        let but = match wanted == got {
            false => format!("which is {got}, not {wanted}"),
            true => "which is another address of this machine".to_owned(),
        };
        let but = match (wanted == got, &near.at, missing.address.host()) {
            (true, Ok(at), Some(host)) if at.is_ipv4() && host.contains(':') => {
                "which is IPv4, not IPv6".to_owned()
            }
            (true, Ok(at), Some(host)) if at.is_ipv6() && !host.contains(':') => {
                "which is IPv6, not IPv4".to_owned()
            }
            _ => but,
        };
        return format!(
            "it listens on {near}, {but}: {}",
            says(missing, near, missing.blank())
        );
    }
    let is_expected = |one: &&Listening| all.iter().any(|endpoint| endpoint.is_of(one));
    let others: Vec<&Listening> = listens.iter().filter(|one| !is_expected(one)).collect();
    let texts = spawn.texts().flat_map(blanks::of);
    let blanks: Vec<Blank<'_>> = texts.collect();
    let told = others.iter().find_map(|one| {
        let is_its = |blank: &&Blank<'_>| match (&one.at, blank) {
            (Ok(at), Blank::Port(_)) => place.fill(&blank.to_string()) == at.port().to_string(),
            (Err(path), Blank::Socket) => place.fill(&blank.to_string()) == *path,
            _ => false,
        };
        blanks.iter().find(is_its).map(|blank| (*one, *blank))
    });
    if let Some((one, blank)) = told {
        return format!(
            "it listens on {one}, its {blank}: {}",
            says(missing, one, Some(blank))
        );
    }
    let shown = |places: &mut dyn Iterator<Item = &Listening>| {
        let places: Vec<String> = places.take(MAX_PLACES).map(ToString::to_string).collect();
        places.join(", ")
    };
    if others.is_empty() {
        let places = shown(&mut listens.iter());
        let of_which = match missing.name {
            None => "its main one".to_owned(),
            Some(name) => format!("the target {name}"),
        };
        return format!("it listens on {places} only: is it told of {of_which}?");
    }
    let places = shown(&mut others.into_iter());
    match missing.blank() {
        Some(blank @ Blank::Port(_)) => {
            format!("it listens on {places}: is it told its port by {blank}?")
        }
        Some(blank) => format!("it listens on {places}: is it told its path by {blank}?"),
        None => format!("it listens on {places}: is that what --target is to say?"),
    }
}

/// The flag that says that it listens there; by a blank, if there is one.
fn says(missing: &Endpoint<'_>, there: &Listening, blank: Option<Blank<'_>>) -> String {
    let name = (missing.name).map_or_else(String::new, |name| format!("{name}="));
    let scheme = match missing.scheme() {
        "tls" if there.scheme == "tcp" => "tls",
        _ => there.scheme,
    };
    let blank = blank.map(|blank| blank.to_string());
    let rest = match &there.at {
        Ok(at) => {
            let port = blank.unwrap_or_else(|| at.port().to_string());
            let ip = match at.ip() {
                IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.to_string(),
                IpAddr::V4(ip) => ip.to_string(),
                IpAddr::V6(ip) if ip.is_unspecified() => format!("[{}]", Ipv6Addr::LOCALHOST),
                IpAddr::V6(ip) => format!("[{ip}]"),
            };
            format!("//{ip}:{port}")
        }
        // A path may have more in it than its blank.
        Err(path) => match missing.has_spot_of(there) {
            true => missing
                .at
                .split_once(':')
                .map_or_else(|| path.clone(), |(_, at)| at.to_owned()),
            false => blank.unwrap_or_else(|| path.clone()),
        },
    };
    format!("`--target '{name}{scheme}:{rest}'` says so")
}

/// What sockets of a scheme are, in words.
fn kind(scheme: &str) -> &'static str {
    match scheme {
        "tcp" | "tls" => "TCP",
        "udp" => "UDP",
        "unix" => "a Unix stream socket",
        "unix-datagram" => "a Unix datagram socket",
        "unix-seqpacket" => "a Unix seqpacket socket",
        _ => "another kind of socket",
    }
}
