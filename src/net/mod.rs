//! Addresses and connections; the one owner of sockets and of the clock.
