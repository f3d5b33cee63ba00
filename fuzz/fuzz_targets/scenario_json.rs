//! Scenario files: arbitrary text is read or refused with a place in it; what is read means the same when printed anew.
//! Files are changed by whole steps, keys and values, and by bytes.

#![no_main]

use backchat::props;
use libfuzzer_sys::{fuzz_crossover, fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(init: props::wake_canary(), |data: &[u8]| props::scenario_json(data));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    props::mutate_scenario(data, size, max_size, seed)
        .unwrap_or_else(|| fuzzer_mutate(data, size, max_size))
});

fuzz_crossover!(|one: &[u8], other: &[u8], out: &mut [u8], seed: u32| {
    props::cross_scenarios(one, other, out, seed)
});
