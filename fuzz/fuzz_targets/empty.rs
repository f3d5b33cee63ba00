//! Nothing at all: what the fuzzer itself costs, which the others are measured against.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: backchat::props::wake_canary(), |data: &[u8]| {
    std::hint::black_box(data);
});
