//! Conversations: the bytes cut anywhere, player and session come to the same verdict at the same time.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: backchat::props::wake_canary(), |data: &[u8]| backchat::props::conversation(data));
