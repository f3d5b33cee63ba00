//! Frames: cut anywhere, the decoder says what a naive one says of the whole.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: backchat::props::wake_canary(), |data: &[u8]| backchat::props::frame_decoder(data));
