//! However the same bytes are cut, a framed session says the same.

use super::*;

/// What is said to `input` when it comes in pieces that end where bit `i` of `cuts` is set after byte `i`.
fn play(config: &Config, input: &[u8], cuts: u32) -> (String, Option<Closing>) {
    let mut talk = Talk::new(config.clone());
    let mut from = 0;
    for at in 1..=input.len() {
        if at == input.len() || cuts & (1 << (at - 1)) != 0 {
            talk.push(&input[from..at]);
            talk.pass(Duration::from_millis(3));
            from = at;
        }
    }
    talk.end();
    talk.pass(Duration::from_secs(1));
    (talk.said(), talk.closed())
}

#[test]
fn every_split_of_a_short_input_gives_the_same_replies() {
    let thinking = Config {
        think_time: Duration::from_millis(7),
        ..line()
    };
    let short = Config {
        max_message: 3,
        ..line()
    };
    for input in [
        &b"a\r\n\nexit\nb\n"[..],
        b"ab\nexi\nexit\r\n",
        "\u{eb}\n\u{20ac}\n\u{1f600}\n".as_bytes(),
        b"a\n\xe2\x82\nb\n",
        b"\r\r\n\r\na\rb\n",
        b"abc\r\nabcd\nab\n",
    ] {
        assert!(input.len() <= 13, "2^12 splits are enough");
        for config in [line(), thinking.clone(), short.clone()] {
            let whole = play(&config, input, 0);
            for cuts in 1..1 << (input.len() - 1) {
                assert_eq!(
                    play(&config, input, cuts),
                    whole,
                    "{input:?}, cuts {cuts:b}"
                );
            }
        }
    }
}
