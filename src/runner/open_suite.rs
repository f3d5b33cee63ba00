//! A suite while it is played: its target, what is known of that, and whom the clients of its scenarios talk to.

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::Suite;
use crate::drive::{Asked, Peers};
use crate::net::{Address, AllowedHosts};
use crate::scenario::{Client, Script};
use crate::target::{Capabilities, Illness, Killed, OpenTarget, Peer};

/// A suite that is being played.
#[derive(Debug)]
pub(super) struct OpenSuite {
    pub(super) suite: Suite,
    pub(super) target: OpenTarget,
    /// What there is of what scenarios require.
    pub(super) capabilities: Capabilities,
    /// Since when a target that nobody starts anew is not well.
    pub(super) illness: Illness,
    /// How many of its cases are not over.
    pub(super) undone: AtomicUsize,
    /// What had to be killed of its programs.
    killed: Mutex<Killed>,
    /// What clients may connect to whose target has this address and no others by names: that of the first such case.
    allowed: OnceLock<(Address, Arc<AllowedHosts>)>,
}

impl OpenSuite {
    /// Makes it ready for so many cases.
    pub(super) fn new(suite: Suite, cases: usize) -> Self {
        Self {
            target: suite.target.clone().open(),
            capabilities: Capabilities::new(&suite.target, suite.features.clone()),
            suite,
            illness: Illness::default(),
            undone: AtomicUsize::new(cases),
            killed: Mutex::default(),
            allowed: OnceLock::new(),
        }
    }

    /// Takes down what had to be killed of one of its programs; what there is of all of them so far.
    pub(super) fn was_killed(&self, killed: Killed) -> Killed {
        let mut all = self.killed.lock().unwrap_or_else(PoisonError::into_inner);
        *all |= killed;
        *all
    }

    /// Whom the clients of a script talk to.
    ///
    /// # Errors
    ///
    /// Fails with the reason when a client names a target that there is not.
    pub(super) fn peers(
        &self,
        peer: &Peer,
        script: &Script,
        asked: &Asked,
    ) -> Result<Peers, String> {
        // What was typed beside a program of a suite is stronger than where that listens.
        let named = || self.suite.targets.iter().chain(&peer.named);
        let address = |client: &Client| match &client.target {
            None => Ok(peer.address.clone()),
            Some(name) => {
                let found = named().find(|(known, _)| **known == **name);
                let found = found.map(|(_, address)| address.clone());
                found.ok_or_else(|| {
                    format!(
                        "client {} talks to a target `{name}`, which --target {name}=ADDRESS names, or `targets` of its suite",
                        client.name
                    )
                })
            }
        };
        Ok(Peers {
            asked: asked.clone(),
            addresses: script
                .clients
                .iter()
                .map(address)
                .collect::<Result<_, _>>()?,
            allowed: self.allowed(peer),
            tls: Arc::clone(peer.tls.as_ref().unwrap_or(&self.suite.tls)),
        })
    }

    /// What clients may connect to where the script says where: the targets, and what a person allows.
    fn allowed(&self, peer: &Peer) -> Arc<AllowedHosts> {
        let make = || {
            let mut allowed = self.suite.allowed.clone();
            allowed.address(&peer.address);
            for (_, address) in self.suite.targets.iter().chain(&peer.named) {
                allowed.address(address);
            }
            Arc::new(allowed)
        };
        if !peer.named.is_empty() {
            return make();
        }
        // Mostly all cases talk to one address.
        let (address, allowed) = (self.allowed).get_or_init(|| (peer.address.clone(), make()));
        match *address == peer.address {
            true => Arc::clone(allowed),
            false => make(),
        }
    }
}
