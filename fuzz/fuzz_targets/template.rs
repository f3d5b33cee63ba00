//! Templates: whatever a string holds, it is refused with a place in it, or is worth the same as its parts.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: backchat::props::wake_canary(), |data: &[u8]| backchat::props::template(data));
