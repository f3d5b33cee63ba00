//! Whether a scenario and the transport it is to be played over go together, as far as that is known before anything is sent.

use crate::net::{Address, try_ability};
use crate::scenario::{Ability, Client, ClientId, Scenario, Script};
use crate::wire::{Carries, Framing};

/// Why a scenario cannot be played with its clients' peers at these addresses, in their order; `None`: it can.
///
/// The reason names the kind of an address and not the address, which may be another one in each run: equal reasons are counted
/// together.
pub(super) fn misfit(scenario: &Scenario, addresses: &[Address]) -> Option<String> {
    let script = &scenario.script;
    let settings = scenario.server.as_ref();
    let framing = settings.and_then(|server| server.framing.as_ref());
    let own = framing.filter(|framing| **framing != Framing::Datagram);
    if let (Some(_), Some(address)) = (own, addresses.first().filter(|at| on_packets(at))) {
        let scheme = address.scheme();
        return Some(format!(
            "the framing of its `server` is of byte streams, and {scheme} carries packets"
        ));
    }
    let clients = script.clients.iter().zip(0..).zip(addresses);
    let mut misfits = clients.filter_map(|((client, id), address)| {
        // Where it goes is known when it connects.
        if client.address.is_some() {
            return None;
        }
        let why = misfit_of(script, client, ClientId(id), address)?;
        Some(match script.clients.len() {
            1 => why,
            _ => format!("client {}: {why}", client.name),
        })
    });
    misfits.next()
}

/// Which of these addresses are reached by packets.
pub(super) fn packets(addresses: &[Address]) -> Vec<bool> {
    addresses.iter().map(on_packets).collect()
}

fn on_packets(address: &Address) -> bool {
    address.carries().are_packets()
}

fn misfit_of(script: &Script, client: &Client, id: ClientId, address: &Address) -> Option<String> {
    let is_of_packets = client.framing == Framing::Datagram;
    let (carries, scheme) = (address.carries(), address.scheme());
    if carries == Carries::Bytes {
        return is_of_packets
            .then(|| format!("the framing `datagram` is of packets, and {scheme} carries bytes"));
    }
    if client.framing_given && !is_of_packets {
        return Some(format!(
            "its framing is of byte streams, and {scheme} carries packets"
        ));
    }
    if let Some(what) = client.streams_only {
        return Some(format!(
            "{what} is for byte streams, and {scheme} carries packets"
        ));
    }
    if carries == Carries::Packets {
        if let Some(what) = client.ends_only {
            return Some(format!(
                "{what} needs a connection that ends, and with {scheme} there is none"
            ));
        }
        if !client.framing_given && script.hears_first(id) {
            return Some(format!(
                "it expects something before it has sent anything, and a server reached by {scheme} knows of nobody before the first packet"
            ));
        }
    }
    if let Address::Icmp { .. } = address {
        let right = try_ability(Ability::RawSocket);
        return right.err().map(|why| {
            format!("{scheme} needs a raw socket, which this process may not have ({why})")
        });
    }
    None
}
