//! UTF-8: cut anywhere, the decoders say what the standard library says of the whole.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: backchat::props::wake_canary(), |data: &[u8]| backchat::props::utf8(data));
