//! The encoder: what is encoded is decoded to the same.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: backchat::props::wake_canary(), |data: &[u8]| backchat::props::frame_roundtrip(data));
