//! Looking for bytes in others that arrive in pieces, against looking at each place.

use proptest::prelude::*;

use crate::player::needle::{LONG, Needle, TwoWay};

/// Where a needle begins, wherever that is.
fn naive(needle: &[u8], data: &[u8]) -> Vec<usize> {
    let places = 0..data.len();
    places
        .filter(|&at| data[at..].starts_with(needle))
        .collect()
}

/// Where it is found, in bytes of which these many have arrived each time; what has been passed is dropped where `drops` says so.
fn found(needle: &[u8], data: &[u8], ends: &[usize], drops: bool) -> Vec<usize> {
    let mut search = TwoWay::new(needle);
    let (mut found, mut gone, mut from) = (Vec::new(), 0, 0);
    for end in ends {
        while search.find(needle, &data[gone..*end], from) {
            found.push(gone + search.at());
            from = search.at() + 1;
        }
        from = from.max(search.at());
        if drops {
            let n = search.at().min(end - gone);
            search.forget(n);
            from -= n;
            gone += n;
        }
    }
    found
}

/// Bytes that repeat themselves, as hard cases do.
fn repeating(len: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    let part = prop::collection::vec(prop::sample::select(vec![b'a', b'b', b'c']), 1..5);
    (
        part,
        1..6usize,
        prop::collection::vec(prop::sample::select(vec![b'a', b'b']), len),
    )
        .prop_map(|(part, times, more)| [part.repeat(times), more].concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn long_bytes_are_found_wherever_they_begin_and_however_the_stream_is_cut(
        needle in repeating(0..4),
        stream in prop::collection::vec(repeating(0..3), 0..8),
        cuts in prop::collection::vec(0..100usize, 0..6),
        drops: bool,
    ) {
        let mut stream = stream.concat();
        stream.extend_from_slice(&needle);
        let expected = naive(&needle, &stream);
        let mut ends: Vec<usize> = cuts.into_iter().map(|cut| cut.min(stream.len())).chain([stream.len()]).collect();
        ends.sort_unstable();
        prop_assert_eq!(&found(&needle, &stream, &ends, drops), &expected);
        let bytes: Vec<usize> = (0..=stream.len()).collect();
        prop_assert_eq!(&found(&needle, &stream, &bytes, drops), &expected);
    }
}

/// All words of so many letters, of two.
fn words(len: usize) -> impl Iterator<Item = Vec<u8>> {
    (0..1 << len).map(move |n: usize| (0..len).map(|bit| b'a' + (n >> bit & 1) as u8).collect())
}

#[test]
fn every_short_needle_is_found_in_every_short_stream() {
    const STREAM: usize = 9;
    for needle in (1..=6).flat_map(words) {
        for stream in words(STREAM) {
            let expected = naive(&needle, &stream);
            let seen = found(&needle, &stream, &[STREAM], false);
            assert_eq!(seen, expected, "{needle:?} {stream:?}");
        }
    }
}

#[test]
fn short_and_long_bytes_are_found_alike() {
    for len in [1, 2, LONG - 1, LONG, LONG + 1, 3 * LONG] {
        for needle in [
            b"a".repeat(len),
            [b"a".repeat(len - 1), b"b".to_vec()].concat(),
            b"abcab".iter().copied().cycle().take(len).collect(),
        ] {
            let stream = [
                b"c".repeat(7),
                needle.clone(),
                b"ab".repeat(len),
                needle.clone(),
            ]
            .concat();
            let mut search = Needle::default();
            // By bytes, one after the other, until all of it is there.
            let end =
                (0..=stream.len()).find(|end| search.find(&needle, &stream[..*end], 0).is_some());
            let at = naive(&needle, &stream)[0];
            assert_eq!(end, Some(at + len), "{len}");
            assert_eq!(search.passed(), at);
            // Found again, until a later one is asked for.
            assert_eq!(search.find(&needle, &stream, at), Some(at));
            let next = naive(&needle, &stream)
                .into_iter()
                .find(|next| *next >= at + len);
            assert_eq!(search.find(&needle, &stream, at + len), next, "{len}");
            search.rewind();
            assert_eq!(search.find(&needle, &stream, 0), Some(at));
        }
    }
}

#[test]
fn work_does_not_depend_on_the_length_of_what_is_looked_for() {
    // Were it looked for anew at each arrival, or at each place, this would be 10¹⁰ bytes and more, and not come back.
    const BYTES: usize = 400_000;
    let needle = [b"a".repeat(BYTES / 4), b"b".to_vec()].concat();
    let repeating = b"ab".repeat(BYTES / 8);
    let stream = b"a".repeat(BYTES);
    for needle in [&needle, &repeating] {
        let mut search = Needle::default();
        for end in 0..=stream.len() {
            assert_eq!(search.find(needle, &stream[..end], 0), None);
        }
    }
    let mut search = Needle::default();
    let again = b"ab".repeat(BYTES / 2);
    let mut from = 0;
    for end in 0..=again.len() {
        while let Some(at) = search.find(&repeating, &again[..end], from) {
            from = at + 1;
        }
    }
    assert_eq!(from, again.len() - repeating.len() + 1);
}
