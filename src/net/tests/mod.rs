//! Tests of addresses and connections.

mod addresses;
mod connections;
#[cfg(unix)]
mod unix;
