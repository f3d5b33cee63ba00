//! Thinking and silence, under a clock that is told what time it is.

use super::*;

const MS: Duration = Duration::from_millis(1);

fn thinking(config: Config) -> Config {
    Config {
        think_time: 100 * MS,
        idle_timeout: 50 * MS,
        ..config
    }
}

#[test]
fn it_thinks_before_each_reply_and_what_arrives_meanwhile_waits_in_order() {
    let mut talk = Talk::new(thinking(line()));
    assert_eq!(talk.said(), "Welcome!\n", "the greeting is no reply");
    talk.push(b"a\nb\n");
    assert!(!talk.session.wants_bytes(), "it holds bytes");
    talk.pass(99 * MS);
    assert_eq!(talk.said(), "");
    talk.pass(MS);
    assert_eq!(talk.said(), "Hello, a!\n");
    assert!(talk.session.wants_bytes(), "it holds none");
    talk.push(b"c\nexit\n");
    talk.pass(100 * MS);
    assert_eq!(talk.said(), "Hello, b!\n");
    assert_eq!(talk.closed(), None, "exit waits for its turn");
    talk.pass(100 * MS);
    assert_eq!(talk.said(), "Hello, c!\n");
    assert_eq!(talk.closed(), Some(Closing::Exit));
}

#[test]
fn a_read_that_arrives_while_it_thinks_is_a_message_of_its_own_in_raw() {
    let mut talk = Talk::new(thinking(raw()));
    talk.push(b"a");
    talk.push(b"b");
    assert!(!talk.session.wants_bytes());
    talk.pass(200 * MS);
    assert_eq!(talk.said(), "Welcome!Hello, a!Hello, b!");
}

#[test]
fn exit_and_errors_are_not_thought_about() {
    let mut talk = Talk::new(thinking(raw()));
    talk.push(b"exit");
    assert_eq!(talk.closed(), Some(Closing::Exit));
    let mut talk = Talk::new(thinking(raw()));
    talk.push(b"\xff");
    assert_eq!(talk.said(), "Welcome!error: invalid UTF-8 at byte 0");
    assert_eq!(talk.closed(), Some(Closing::BadInput));
}

#[test]
fn what_has_arrived_is_answered_after_the_end_of_the_input_and_after_a_stop() {
    for (stop, why) in [(false, Closing::EndOfInput), (true, Closing::Stopping)] {
        let mut talk = Talk::new(thinking(line()));
        talk.push(b"a\nb\nunfinished");
        if stop {
            talk.session.stop(talk.now);
        } else {
            talk.end();
        }
        assert!(!talk.session.wants_bytes());
        talk.pass(199 * MS);
        assert_eq!(talk.closed(), None);
        talk.pass(MS);
        assert_eq!(talk.said(), "Welcome!\nHello, a!\nHello, b!\n");
        assert_eq!(talk.closed(), Some(why));
    }
}

#[test]
fn a_timeout_that_comes_too_early_changes_nothing() {
    let mut talk = Talk::new(thinking(raw()));
    talk.session.handle_timeout(Time::ZERO.after(49 * MS));
    assert_eq!(talk.closed(), None);
    talk.push(b"a");
    talk.session.handle_timeout(Time::ZERO.after(99 * MS));
    talk.write();
    assert_eq!(talk.said(), "Welcome!");
}

#[test]
fn a_peer_that_is_silent_for_too_long_is_hung_up_on() {
    let idle = Config {
        idle_timeout: 50 * MS,
        ..line()
    };
    let mut talk = Talk::new(idle.clone());
    for _ in 0..3 {
        // Any byte counts, also one that is no message yet.
        talk.pass(49 * MS);
        talk.push(b"a");
    }
    talk.pass(49 * MS);
    assert_eq!(talk.closed(), None);
    talk.pass(MS);
    assert_eq!(talk.closed(), Some(Closing::Idle));
    assert_eq!(talk.said(), "Welcome!\n");

    let never = Config {
        idle_timeout: Duration::ZERO,
        ..idle
    };
    let mut talk = Talk::new(never);
    talk.pass(Duration::from_secs(1_000_000));
    assert_eq!(talk.session.poll_timeout(), None);
    assert_eq!(talk.closed(), None);
}

#[test]
fn silence_counts_only_while_the_peer_is_owed_nothing() {
    let mut talk = Talk::new(thinking(line()));
    talk.push(b"a\nb\n");
    talk.pass(200 * MS);
    assert_eq!(talk.said(), "Welcome!\nHello, a!\nHello, b!\n");
    talk.pass(49 * MS);
    assert_eq!(talk.closed(), None);
    talk.pass(MS);
    assert_eq!(talk.closed(), Some(Closing::Idle));

    let mut session = Session::new(Arc::new(thinking(raw())), Time::ZERO);
    assert_eq!(
        session.poll_timeout(),
        None,
        "the greeting is not written yet"
    );
    let later = Time::ZERO.after(Duration::from_secs(9));
    session.handle_written(8, later);
    assert_eq!(session.poll_timeout(), Some(later.after(50 * MS)));
}
