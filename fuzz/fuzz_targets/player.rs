//! The player alone: whatever its peers and the system do, it keeps to its protocol and comes to a verdict. The scenario of an
//! input is changed by whole steps, keys and values, and all of it by bytes.

#![no_main]

use backchat::props;
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(init: props::wake_canary(), |data: &[u8]| props::player(data));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    props::mutate_player(data, size, max_size, seed)
        .unwrap_or_else(|| fuzzer_mutate(data, size, max_size))
});
