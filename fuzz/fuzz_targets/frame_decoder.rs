//! Frames: cut anywhere, the decoder says what a naive one says of the whole, and asks for no more memory than that needs.

#![no_main]

use backchat::props;
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: props::wake_canary(), |data: &[u8]| {
    let counted = allocation_counter::measure(|| props::frame_decoder(data));
    let room = props::frame_decoder_room(data.len());
    assert!(counted.bytes_max <= room, "{room} bytes at once: {counted:?}");
    let total = room * props::FRAME_DECODER_TURNS;
    assert!(counted.bytes_total <= total, "{total} bytes in all: {counted:?}");
});
