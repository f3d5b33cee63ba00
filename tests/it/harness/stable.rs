//! Output → output that is the same each time: times, ports and seeds are replaced by words.

use regex_automata::meta::Regex;

/// What differs from run to run, and what stands there instead.
const UNSTABLE: &[(&str, &str)] = &[
    // Not there at all where the reply was as quick as the clock.
    (r"(?m)^  waited   .*\n", ""),
    (r"\[> *\d+\.\d{3}s\]", "[>TIME]"),
    (r"\[ *\d+\.\d{3}s\]", "[TIME]"),
    (r"(?m) +\+\d+\.\d+ms", " +TIME"),
    (r"\b\d+(\.\d+)? (us|ms|s)\b", "TIME"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
    (r"seed [0-9a-f]+", "seed SEED"),
    (r" +← here", "  ← here"),
];

/// The text with everything unstable replaced.
pub(crate) fn stable(text: &str) -> String {
    let mut text = text.to_owned();
    for (pattern, instead) in UNSTABLE {
        let pattern = Regex::new(pattern).expect("a pattern");
        let mut replaced = String::with_capacity(text.len());
        let mut end = 0;
        for found in pattern.find_iter(&text) {
            replaced.push_str(&text[end..found.start()]);
            replaced.push_str(instead);
            end = found.end();
        }
        replaced.push_str(&text[end..]);
        text = replaced;
    }
    text
}

#[test]
fn times_ports_and_seeds_are_replaced() {
    for (text, expected) in [
        ("PASS [   0.004s] a", "PASS [TIME] a"),
        ("SLOW [>  5.000s] a", "SLOW [>TIME] a"),
        (
            "*   +0.7ms connected 127.0.0.1:34165",
            "* +TIME connected 127.0.0.1:PORT",
        ),
        ("a\n  waited   300.7 ms for 5 bytes\nb", "a\nb"),
        ("broken after 300.7 ms", "broken after TIME"),
        ("8 at a time · seed 7f3a", "8 at a time · seed SEED"),
        ("[3] 5s", "[3] 5s"),
    ] {
        assert_eq!(stable(text), expected);
    }
}
