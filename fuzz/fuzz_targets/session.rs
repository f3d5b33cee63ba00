//! The session: whatever arrives and whenever, it does what a naive model of the protocol does.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: backchat::props::wake_canary(), |data: &[u8]| backchat::props::session(data));
