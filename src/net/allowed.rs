//! Which hosts and socket files scenarios may connect to.

use std::collections::HashSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use tokio::net::lookup_host;

use super::Address;

/// Which hosts and socket files scenarios may connect to: those of the targets, and those that a person allows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedHosts {
    /// Names and IP addresses.
    hosts: Vec<String>,
    /// Socket files.
    paths: Vec<PathBuf>,
}

impl AllowedHosts {
    /// Allows a host, as a name or an IP address without brackets.
    pub fn host(&mut self, host: &str) {
        self.hosts.push(host.to_owned());
    }

    /// Allows a socket file.
    pub fn path(&mut self, path: &Path) {
        self.paths.push(path.to_owned());
    }

    /// Allows what an address leads to: all ports of its host, or its file.
    pub fn address(&mut self, address: &Address) {
        if let Some(host) = address.host() {
            self.host(host);
        }
        if let Some(path) = address.path() {
            self.path(path);
        }
    }

    /// Whether a socket file is one of these, however its path is written.
    pub(super) fn has_path(&self, path: &Path) -> bool {
        let is = real(path);
        self.paths.iter().any(|allowed| real(allowed) == is)
    }

    /// The IP addresses of all hosts. A name that is not known allows nothing.
    pub(super) async fn ips(&self) -> HashSet<IpAddr> {
        let mut ips = HashSet::new();
        for host in &self.hosts {
            if let Ok(found) = lookup_host((host.as_str(), 0)).await {
                ips.extend(found.map(|address| address.ip()));
            }
        }
        ips
    }
}

/// The one path of a file, also of one that is not there.
fn real(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    absolute.canonicalize().unwrap_or(absolute)
}
