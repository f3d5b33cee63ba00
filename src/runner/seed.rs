//! The seed of a case.

/// The seed of a case: that of the run and the case's id, mixed.
///
/// It depends on nothing else, so a case draws the same numbers whether it is played alone or among others, today or with
/// a later version: FNV-1a (64 bits) of the id's UTF-8, xor the run's seed, through the finalizer of `SplitMix64`.
pub fn case_seed(run_seed: u64, id: &str) -> u64 {
    let hash = id.bytes().fold(FNV_OFFSET, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME)
    });
    let mut mixed = (hash ^ run_seed).wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;
