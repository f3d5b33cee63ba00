//! What a person names as the target.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::{OpenTarget, Spawn, Transport};
use crate::net::{Address, AddressError};

/// What is under test.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Target {
    /// The reference server, in this process.
    #[default]
    Embedded,
    /// The reference server, in this process, over a transport that is named.
    Over(Transport),
    /// A server that somebody else runs.
    Address(Address),
    /// A program that is started for the run.
    Spawned(Arc<Spawn>),
}

impl Target {
    /// Makes it ready for a run. Nothing is started or connected before a case needs it.
    pub fn open(self) -> OpenTarget {
        OpenTarget::new(self)
    }

    /// Over what the reference server in this process is reached, where that is the target.
    pub(super) fn transport(&self) -> Transport {
        match self {
            Self::Over(transport) => *transport,
            _ => Transport::default(),
        }
    }

    /// How it is reached, as the first words of addresses say it: what `requires` may ask for with `target:`.
    pub fn schemes(&self) -> Vec<String> {
        match self {
            Self::Embedded => vec![EMBEDDED.to_owned(), "tcp".to_owned()],
            Self::Over(transport) => {
                vec![EMBEDDED.to_owned(), transport.scheme().to_owned()]
            }
            Self::Spawned(spawn) => scheme_of(spawn.at()).into_iter().collect(),
            Self::Address(address) => scheme_of(&address.to_string()).into_iter().collect(),
        }
    }
}

impl FromStr for Target {
    type Err = AddressError;

    /// Reads `embedded`, or an [`Address`].
    fn from_str(text: &str) -> Result<Self, AddressError> {
        match text {
            EMBEDDED => Ok(Self::Embedded),
            _ => text.parse().and_then(Address::reachable).map(Self::Address),
        }
    }
}

impl fmt::Display for Target {
    /// In words, for the head of a report.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded => f.write_str("embedded reference server"),
            Self::Over(transport) => write!(f, "embedded reference server over {transport}"),
            Self::Address(address) => address.fmt(f),
            Self::Spawned(spawn) => spawn.fmt(f),
        }
    }
}

/// The first word of an address.
fn scheme_of(address: &str) -> Option<String> {
    let (scheme, _) = address.split_once(':')?;
    Some(scheme.to_owned())
}

/// How the reference server in this process is named.
const EMBEDDED: &str = "embedded";
