//! Matchers on streams against a naive oracle: try every length, from the shortest on.

use proptest::prelude::*;

use crate::player::Hold;
use crate::props::matching::{Tree, begun, check, check_search, naive};

fn regex(text: &str) -> Tree {
    Tree::Regex(text.to_owned())
}

fn trees() -> impl Strategy<Value = Tree> {
    let bytes = || prop::collection::vec(prop::sample::select(vec![b'a', b'b', b'\n']), 0..4);
    let leaf = prop_oneof![
        bytes().prop_map(Tree::Exact),
        bytes().prop_map(Tree::Prefix),
        bytes().prop_map(Tree::Suffix),
        bytes().prop_map(Tree::Contains),
        prop::sample::select(vec!["a+b", "^ab", "b\n", "[^\n]b", "aa|b"]).prop_map(regex),
        (0..5u64, 0..3u64).prop_map(|(min, more)| Tree::Length(min, min + more)),
        (0..5u64).prop_map(|min| Tree::Length(min, u64::MAX)),
        Just(Tree::Any),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|tree| Tree::Not(Box::new(tree))),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Tree::All),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Tree::OneOf),
            prop::collection::vec(inner, 1..4).prop_map(Tree::Sequence),
        ]
    })
}

fn streams() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(vec![b'a', b'b', b'\n']), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn the_shortest_run_is_found_however_the_stream_is_cut(
        tree in trees(),
        stream in streams(),
        cuts in prop::collection::vec(0..12usize, 0..6),
        more in streams(),
    ) {
        let matcher = tree.matcher(&mut 0).unwrap();
        let expected = naive(&matcher, &stream);
        check(&matcher, &stream, &[stream.len()], expected);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(stream.len())).chain([stream.len()]).collect();
        cuts.sort_unstable();
        check(&matcher, &stream, &cuts, expected);
        // What is given up is given up for ever.
        if begun(&matcher).on_stream(&matcher, &stream) == Hold::Never {
            let longer = [&stream[..], &more[..]].concat();
            prop_assert_eq!(naive(&matcher, &longer), None);
        }
    }
}

/// What a stream can be searched for.
fn searches() -> impl Strategy<Value = Tree> {
    let bytes = || prop::collection::vec(prop::sample::select(vec![b'a', b'b', b'\n']), 1..4);
    let opened =
        (bytes(), trees()).prop_map(|(bytes, tree)| Tree::Sequence(vec![Tree::Exact(bytes), tree]));
    let both =
        (bytes(), trees()).prop_map(|(bytes, tree)| Tree::All(vec![Tree::Prefix(bytes), tree]));
    let search = prop_oneof![
        bytes().prop_map(Tree::Exact),
        bytes().prop_map(Tree::Prefix),
        bytes().prop_map(Tree::Suffix),
        bytes().prop_map(Tree::Contains),
        prop::sample::select(vec!["a+b", "b\n", "[^\n]b", "aa|b"]).prop_map(regex),
        opened,
        both,
    ];
    prop_oneof![
        search.clone(),
        prop::collection::vec(search, 1..4).prop_map(Tree::OneOf),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn what_is_looked_for_is_found_however_the_stream_is_cut(
        tree in searches(),
        stream in prop::collection::vec(prop::sample::select(vec![b'a', b'b', b'\n']), 0..30),
        cuts in prop::collection::vec(0..30usize, 0..8),
    ) {
        let matcher = tree.matcher(&mut 0).unwrap();
        check_search(&matcher, &stream, &[stream.len()]);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(stream.len())).chain([stream.len()]).collect();
        cuts.sort_unstable();
        check_search(&matcher, &stream, &cuts);
    }
}

#[test]
fn a_stream_that_cannot_match_any_more_is_given_up_at_once() {
    for (tree, stream) in [
        (Tree::Exact(b"abc".to_vec()), &b"ax"[..]),
        (Tree::Prefix(b"abc".to_vec()), b"ax"),
        (regex("^abc"), b"abx"),
        (Tree::Length(2, 3), b""),
        (
            Tree::OneOf(vec![
                Tree::Exact(b"ab".to_vec()),
                Tree::Exact(b"ac".to_vec()),
            ]),
            b"ad",
        ),
        (
            Tree::All(vec![
                Tree::Suffix(b"\n".to_vec()),
                Tree::Exact(b"ab".to_vec()),
            ]),
            b"abb",
        ),
        (
            Tree::Sequence(vec![Tree::Length(2, 2), Tree::Exact(b"ab".to_vec())]),
            b"xxac",
        ),
        (
            Tree::Sequence(vec![Tree::Length(2, 3), Tree::Exact(b"ab".to_vec())]),
            b"xxxb",
        ),
        (
            Tree::Sequence(vec![regex("^a"), Tree::Any, regex("^b")]),
            b"ac",
        ),
        // The bytes so far are right, and one more would be too many.
        (
            Tree::All(vec![Tree::Prefix(b"abc".to_vec()), Tree::Length(0, 2)]),
            b"ab",
        ),
        (
            Tree::All(vec![
                Tree::Length(3, 5),
                Tree::Not(Box::new(Tree::Length(3, u64::MAX))),
            ]),
            b"abc",
        ),
    ] {
        let matcher = tree.matcher(&mut 0).unwrap();
        let hold = begun(&matcher).on_stream(&matcher, stream);
        let expected = if stream.is_empty() {
            Hold::Later
        } else {
            Hold::Never
        };
        assert_eq!(hold, expected, "{tree:?}");
    }
}

#[test]
fn conditions_go_on_from_where_they_have_looked() {
    for (tree, stream, expected) in [
        // The suffix is found far behind the place from which on it is looked for.
        (
            Tree::All(vec![
                Tree::Length(5, u64::MAX),
                Tree::Suffix(b"ab".to_vec()),
            ]),
            &b"xxxxxxab"[..],
            8,
        ),
        // What is not so long for ever holds again.
        (
            Tree::All(vec![
                Tree::Prefix(b"ab".to_vec()),
                Tree::Not(Box::new(Tree::Length(2, 3))),
            ]),
            b"abcdef",
            4,
        ),
    ] {
        let matcher = tree.matcher(&mut 0).unwrap();
        check(&matcher, stream, &[stream.len()], Some(expected));
        let bytes: Vec<usize> = (0..=stream.len()).collect();
        check(&matcher, stream, &bytes, Some(expected));
    }
}

#[test]
fn work_is_linear_in_the_bytes_also_one_at_a_time() {
    // A quadratic search would look at 2 × 10¹⁰ bytes here and not come back.
    let stream = vec![b'a'; 200_000];
    for tree in [
        Tree::Contains(b"aab".to_vec()),
        Tree::Suffix(b"ab".to_vec()),
        regex("a[^b]*b"),
        Tree::All(vec![
            Tree::Prefix(b"a".to_vec()),
            Tree::Suffix(b"ab".to_vec()),
        ]),
        Tree::All(vec![
            regex("ab"),
            Tree::Not(Box::new(Tree::Contains(b"b".to_vec()))),
        ]),
        Tree::Sequence(vec![Tree::Any, Tree::Exact(b"aab".to_vec())]),
        Tree::Sequence(vec![Tree::Length(2, 2), Tree::Contains(b"b".to_vec())]),
    ] {
        let matcher = tree.matcher(&mut 0).unwrap();
        let mut matching = begun(&matcher);
        for end in 0..=stream.len() {
            assert_eq!(
                matching.on_stream(&matcher, &stream[..end]),
                Hold::Later,
                "{tree:?}"
            );
        }
    }
}
