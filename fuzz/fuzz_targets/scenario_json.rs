//! Scenario files: arbitrary text is read or refused with a place in it; what is read means the same when printed anew.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: backchat::props::wake_canary(), |data: &[u8]| backchat::props::scenario_json(data));
