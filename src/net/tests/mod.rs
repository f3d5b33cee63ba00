//! Tests of addresses and connections.

mod addresses;
mod connections;
