//! Matchers: in whatever pieces the bytes arrive, a naive matcher says the same of the whole.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: backchat::props::wake_canary(), |data: &[u8]| backchat::props::matcher(data));
