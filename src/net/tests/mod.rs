//! Tests of addresses and connections.

mod addresses;
mod connections;
#[cfg(target_os = "linux")]
mod packets;
#[cfg(target_os = "linux")]
mod peers;
#[cfg(unix)]
mod unix;
