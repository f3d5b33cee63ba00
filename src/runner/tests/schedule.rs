//! Which case is begun next, whatever their locks are and whichever ends first.

use std::collections::VecDeque;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::runner::schedule::{Hold, MAX_OVERTAKING, Next, Schedule};

/// Locks in the form a scenario has them: sorted, each once.
fn locks(words: &str) -> Vec<String> {
    let mut locks: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
    locks.sort_unstable();
    locks.dedup();
    locks
}

fn schedule(locks: &[Vec<String>]) -> Schedule<()> {
    Schedule::new(locks.iter().map(|locks| ((), &**locks)))
}

/// What a case holds, and its number.
fn begun(next: Next<()>) -> (usize, Hold) {
    match next {
        Next::Begin(n, (), hold) => (n, hold),
        other => panic!("nothing is begun: {other:?}"),
    }
}

#[test]
fn cases_without_locks_are_begun_in_the_order_of_the_files() {
    let mut schedule = schedule(&vec![Vec::new(); 3]);
    for expected in 0..3 {
        assert_eq!(schedule.left(), 3 - expected);
        assert_eq!(begun(schedule.next()).0, expected);
    }
    assert_eq!(schedule.next(), Next::Over);
}

#[test]
fn a_case_that_is_played_again_has_its_locks_and_comes_before_what_wants_them() {
    let all = ["a", "a", "b", "a b", ""].map(locks);
    let mut schedule = schedule(&all);
    let (_, first) = begun(schedule.next());
    let set = first.locks();
    schedule.end(first);
    schedule.returns(set);
    // Not the second, which wants the same lock.
    let (third, b) = begun(schedule.next());
    assert_eq!(third, 2);
    let again = schedule.again(set).expect("nobody holds it");
    assert_eq!(schedule.again(set), None, "once");
    assert_eq!(begun(schedule.next()).0, 4);
    assert_eq!(schedule.next(), Next::Wait);
    schedule.end(again);
    schedule.end(b);
    let (second, a) = begun(schedule.next());
    schedule.returns(set);
    assert_eq!((second, schedule.again(set)), (1, None), "it is held");
    schedule.end(a);
    assert_eq!(schedule.next(), Next::Wait);
    assert!(schedule.again(set).is_some());
}

#[test]
fn a_case_that_is_to_be_alone_is_played_again_alone() {
    let all = ["*", "", ""].map(locks);
    let mut schedule = schedule(&all);
    let (_, first) = begun(schedule.next());
    let set = first.locks();
    schedule.end(first);
    let (_, other) = begun(schedule.next());
    schedule.returns(set);
    assert_eq!((schedule.again(set), schedule.next()), (None, Next::Wait));
    schedule.end(other);
    let again = schedule.again(set).expect("alone");
    assert_eq!(schedule.next(), Next::Wait);
    schedule.end(again);
    assert_eq!(begun(schedule.next()).0, 2);
}

#[test]
fn a_case_whose_lock_is_held_lets_others_pass_that_want_none_of_its_locks() {
    let all = ["a", "a b", "b", "", "c"].map(locks);
    let mut schedule = schedule(&all);
    let (first, a) = begun(schedule.next());
    // The second waits for `a`; the third would take `b` from it for as long as it likes.
    let (without, hold) = begun(schedule.next());
    let (c, _) = begun(schedule.next());
    assert_eq!((first, without, c), (0, 3, 4));
    assert_eq!(schedule.next(), Next::Wait);
    schedule.end(hold);
    assert_eq!(schedule.next(), Next::Wait);
    schedule.end(a);
    let (second, both) = begun(schedule.next());
    assert_eq!((second, schedule.next()), (1, Next::Wait));
    schedule.end(both);
    assert_eq!(begun(schedule.next()).0, 2);
    assert_eq!(schedule.next(), Next::Over);
}

#[test]
fn who_is_to_be_alone_waits_for_so_many_others_at_most() {
    let mut all = vec![locks(""), locks("*")];
    all.extend(vec![Vec::new(); MAX_OVERTAKING + 8]);
    let mut schedule = schedule(&all);
    let mut holds = vec![begun(schedule.next()).1];
    for n in 0..MAX_OVERTAKING {
        let (number, hold) = begun(schedule.next());
        assert_eq!(number, n + 2, "it passes the one that is to be alone");
        holds.push(hold);
    }
    assert_eq!(schedule.next(), Next::Wait, "nobody passes it any more");
    let last = holds.pop().unwrap();
    for hold in holds {
        schedule.end(hold);
        assert_eq!(schedule.next(), Next::Wait, "it is not alone yet");
    }
    schedule.end(last);
    let (number, alone) = begun(schedule.next());
    assert_eq!((number, schedule.next()), (1, Next::Wait));
    schedule.end(alone);
    assert_eq!(begun(schedule.next()).0, MAX_OVERTAKING + 2);
}

/// Whether two cases may not be played at the same time.
fn quarrel(a: &[String], b: &[String]) -> bool {
    let alone = |locks: &[String]| locks.iter().any(|lock| lock == "*");
    alone(a) || alone(b) || a.iter().any(|lock| b.contains(lock))
}

/// Plays all cases with so many workers; `ends` says which of those that are played ends next.
fn play(all: &[Vec<String>], workers: usize, ends: &[usize]) {
    let mut schedule = schedule(all);
    let mut playing: Vec<(usize, Hold)> = Vec::new();
    let mut order = Vec::new();
    let mut ends = ends.iter().copied().cycle();
    loop {
        let is_over = loop {
            if playing.len() >= workers {
                break false;
            }
            let has_news = schedule.has_news();
            let next = schedule.next();
            assert_eq!(has_news, next != Next::Wait, "whoever waits is told");
            match next {
                Next::Over => break true,
                Next::Wait => {
                    assert!(!playing.is_empty(), "all wait for nobody");
                    let waits = |n: &usize| !order.contains(n);
                    for n in (0..all.len()).filter(waits) {
                        let met = |other: &usize| quarrel(&all[n], &all[*other]);
                        let is_held = playing.iter().any(|(other, _)| met(other));
                        let is_wanted = (0..n).filter(waits).any(|other| met(&other));
                        assert!(is_held || is_wanted, "{n} could be begun: {all:?}");
                    }
                    break false;
                }
                Next::Begin(n, (), hold) => {
                    for (other, _) in &playing {
                        assert!(!quarrel(&all[n], &all[*other]), "{n} beside {other}");
                    }
                    let is_alone = |n: &usize| all[*n].iter().any(|lock| lock == "*");
                    // Those that are to be alone let others pass.
                    for earlier in (0..n).filter(|n| !order.contains(n) && !is_alone(n)) {
                        let shared = all[n].iter().any(|lock| all[earlier].contains(lock));
                        assert!(!shared, "{n} takes a lock that {earlier} waits for");
                    }
                    order.push(n);
                    playing.push((n, hold));
                }
            }
        };
        if playing.is_empty() {
            assert!(is_over);
            break;
        }
        let n = ends.next().unwrap_or_default() % playing.len();
        schedule.end(playing.swap_remove(n).1);
    }
    order.sort_unstable();
    assert_eq!(
        order,
        (0..all.len()).collect::<Vec<_>>(),
        "each is begun once"
    );
}

proptest! {
    #[test]
    fn no_two_that_share_a_lock_overlap_and_nobody_waits_without_a_reason(
        all in vec(vec(prop::sample::select(vec!["a", "b", "c", "d", "*"]), 0..4), 1..60),
        workers in 1usize..9,
        ends in vec(any::<usize>(), 1..40),
    ) {
        let all: Vec<_> = all.iter().map(|words| locks(&words.join(" "))).collect();
        play(&all, workers, &ends);
    }
}

#[test]
fn very_many_cases_of_one_lock_take_no_more_than_a_moment() {
    let mut all = vec![locks("a"); 50_000];
    all.extend(vec![Vec::new(); 50_000]);
    play_in_turn(&all);
}

/// Two workers, of which the one that began first ends first.
fn play_in_turn(all: &[Vec<String>]) {
    let mut schedule = schedule(all);
    let mut playing = VecDeque::new();
    let mut begun = 0;
    while begun < all.len() {
        let is_full = playing.len() == 2;
        match schedule.next() {
            Next::Begin(_, (), hold) if !is_full => {
                begun += 1;
                playing.push_back(hold);
            }
            Next::Over => panic!("{begun} are begun"),
            next => {
                if let Next::Begin(_, (), hold) = next {
                    begun += 1;
                    playing.push_back(hold);
                }
                schedule.end(playing.pop_front().unwrap());
            }
        }
    }
}
