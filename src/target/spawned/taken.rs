//! Whether somebody listens already where a program is to listen: it would be they who are tested.

use std::net::{IpAddr, UdpSocket};

use super::listening::is_listening;
use super::{NotReady, Spawn, blanks};
use crate::net::Address;

/// Looks whether the places that a person has named are free. Those that were chosen are.
///
/// # Errors
///
/// Fails with the first one where somebody listens.
pub(super) fn taken(
    spawn: &Spawn,
    address: &Address,
    named: &[(String, Address)],
) -> Result<(), Box<NotReady>> {
    let texts = [&spawn.at]
        .into_iter()
        .chain(spawn.named.iter().map(|(_, at)| at));
    let addresses = [address].into_iter().chain(named.iter().map(|(_, at)| at));
    let fixed = texts
        .zip(addresses)
        .filter(|(text, _)| blanks::of(text).is_empty());
    for (_, address) in fixed {
        if is_here(address) && is_listening(address, true) == Some(true) {
            let (what, help) = match address.port() {
                Some(port) => (
                    "port",
                    format!("end what listens there, which `ss -lntup 'sport = :{port}'` names, or have the port chosen: write {{port}} in the command instead"),
                ),
                None => (
                    "socket",
                    "end what listens there, or have the path chosen: write {socket} in the command instead".to_owned(),
                ),
            };
            let message = format!(
                "the {what} was taken before the program was started: somebody listens on {address}, where {} is to",
                spawn.command
            );
            return Err(NotReady::new(spawn, message, help));
        }
    }
    Ok(())
}

/// Whether an address is one of this machine.
fn is_here(address: &Address) -> bool {
    match address.host().map(|host| (host, host.parse::<IpAddr>())) {
        // A path.
        None => true,
        Some((_, Ok(ip))) => ip.is_loopback() || UdpSocket::bind((ip, 0)).is_ok(),
        Some((name, Err(_))) => name == "localhost",
    }
}
