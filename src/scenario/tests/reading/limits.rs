//! Bounds: what is just inside is read, what is just outside is refused.

use std::fmt::Write as _;
use std::time::Duration;

use super::{UNUSED, accept, accept_steps, check_steps, lines, outcome};
use crate::scenario::{
    MAX_DURATION, MAX_FILE, MAX_MISTAKES, MAX_PAYLOAD, Names, ReadOptions, Verb, read,
};

/// The codes of what is found in a text.
fn codes(text: &str) -> Vec<&'static str> {
    let found = match outcome(text) {
        Ok((_, warnings)) => warnings,
        Err(mistakes) => mistakes,
    };
    let codes = found.list.iter().map(|found| found.code.0);
    codes.filter(|code| *code != UNUSED).collect()
}

#[test]
fn a_file_has_a_largest_size() {
    let mut text = r#"{ "steps": [{ "wait": "1s" }] }"#.to_owned();
    text.extend(std::iter::repeat_n(' ', MAX_FILE - text.len()));
    assert_eq!(codes(&text), [""; 0]);
    text.push(' ');
    let refused = read("big.json", text.as_bytes(), &ReadOptions::default()).expect_err("too big");
    assert_eq!(refused.list.len(), 1);
    assert_eq!(refused.list[0].code.0, "BC1001");
    assert!(refused.sources[0].text.is_empty(), "the text is not kept");
}

#[test]
fn values_are_nested_up_to_a_depth() {
    // The file, its steps and the step are three levels; each array of a payload is one more.
    let nested = |depth: usize| {
        let inner = depth - 3;
        format!(
            "{{ \"steps\": [{{ \"send\": {}\"x\"{} }}] }}",
            "[".repeat(inner),
            "]".repeat(inner)
        )
    };
    assert_eq!(codes(&nested(128)), [""; 0]);
    assert_eq!(codes(&nested(129)), ["BC1003"]);
    assert_eq!(codes(&nested(10_000)), ["BC1003"]);
    let objects = |depth: usize| {
        let inner = depth - 3;
        let open = "{ \"not\": ".repeat(inner);
        format!(
            "{{ \"steps\": [{{ \"expect\": {open}\"x\"{} }}] }}",
            "}".repeat(inner)
        )
    };
    assert_eq!(codes(&objects(128)), [""; 0]);
    assert_eq!(codes(&objects(129)), ["BC1003"]);
    assert_eq!(codes(&"[".repeat(1_000_000)), ["BC1003"]);
    assert_eq!(codes(&"{\"a\":".repeat(1_000_000)), ["BC1003"]);
}

#[test]
fn mistakes_are_kept_up_to_a_bound_and_the_others_counted() {
    let steps = |n: usize| vec!["5"; n].join(",");
    let exact = codes(&format!("{{ \"steps\": [{}] }}", steps(MAX_MISTAKES)));
    assert_eq!(exact.len(), MAX_MISTAKES);
    let text = format!("{{ \"steps\": [{}] }}", steps(MAX_MISTAKES + 7));
    let refused = outcome(&text).map(|_| ()).expect_err("mistakes");
    let last = lines(&refused).pop().expect("a last one");
    assert_eq!(last, "BC1000 None 7 more mistakes are not shown");
}

#[test]
fn a_message_has_a_largest_size() {
    accept_steps(&format!(
        r#"{{ "send": {{ "repeat": "x", "times": {MAX_PAYLOAD} }} }}"#
    ));
    let over = format!(r#"{{ "repeat": "x", "times": {} }}"#, MAX_PAYLOAD + 1);
    check_steps(
        &format!(r#"{{ "send": {over} }}"#),
        &[&format!("BC1029 {over}")],
    );
    let joined = format!(r#"["y", {{ "repeat": "x", "times": {MAX_PAYLOAD} }}]"#);
    check_steps(
        &format!(r#"{{ "send": {joined} }}"#),
        &[&format!("BC1029 {joined}")],
    );
}

#[test]
fn a_duration_has_a_longest() {
    let scenario = accept_steps(r#"{ "wait": "1440m" }"#);
    let Verb::Wait(longest) = scenario.script.blocks[0].steps[0].verb else {
        panic!("a wait");
    };
    assert_eq!(longest, MAX_DURATION);
    assert_eq!(longest, Duration::from_secs(86_400));
    check_steps(r#"{ "wait": "1440.001m" }"#, &[r#"BC1013 "1440.001m""#]);
    check_steps(
        r#"{ "wait": "99999999999999999999999999999999999999999999m" }"#,
        &[r#"BC1013 "99999999999999999999999999999999999999999999m""#],
    );
}

#[test]
fn a_file_has_only_so_many_names() {
    let vars = |n: usize| {
        let mut text = "{ \"steps\": [{ \"wait\": \"1s\" }], \"vars\": {".to_owned();
        for at in 0..n {
            let _ = write!(text, "\"_{at}\": 1,");
        }
        text + "} }"
    };
    let built_in = accept_steps(r#"{ "wait": "1s" }"#).script.names.len();
    assert_eq!(codes(&vars(Names::MAX - built_in)), [""; 0]);
    assert_eq!(codes(&vars(Names::MAX - built_in + 1)), ["BC1029"]);
}

#[test]
fn a_step_has_only_so_many_conditions() {
    let conditions = |n: usize| {
        let list: Vec<_> = (1..n).map(|n| format!("\"{n}\"")).collect();
        let list = list.join(",");
        format!("{{ \"steps\": [{{ \"expect\": {{ \"one_of\": [{list}] }} }}] }}")
    };
    assert_eq!(codes(&conditions(65_535)), [""; 0]);
    assert_eq!(codes(&conditions(65_536)), ["BC1029"]);
}

#[test]
fn a_file_of_a_hundred_thousand_steps_is_read_in_one_pass() {
    let step = |n: usize| format!("{{ \"send\": \"message {n}: {}\" }}", "é".repeat(20));
    let steps: Vec<_> = (0..100_000).map(step).collect();
    let scenario = accept(&format!("{{ \"steps\": [\n{}\n] }}", steps.join(",\n")));
    assert_eq!(scenario.script.blocks[0].steps.len(), 100_000);
}

#[test]
fn blocks_in_blocks_are_judged_in_one_pass_each() {
    // Each level twice would be 2^60 rounds.
    let depth = 60;
    let open = "{ \"repeat\": [{ \"send\": \"x\" }, ".repeat(depth);
    let close = "], \"times\": 2 }".repeat(depth);
    let text = format!("{{ \"steps\": [{open}{{ \"wait\": \"1s\" }}{close}] }}");
    let options = ReadOptions {
        max_steps: Some(u64::MAX),
        ..ReadOptions::default()
    };
    let read = read("test.json", text.as_bytes(), &options);
    assert!(read.is_ok_and(|(_, warnings)| warnings.list.is_empty()));
}

#[test]
fn many_clients_share_what_they_ignore() {
    let clients: Vec<_> = (0..20_000).map(|n| format!("\"c{n}\"")).collect();
    let ignored = vec!["\"PING\""; 2000].join(",");
    let steps: Vec<_> = (0..20_000)
        .map(|n| format!("{{ \"as\": \"c{n}\", \"send\": \"x\" }}"))
        .collect();
    let (clients, steps) = (clients.join(","), steps.join(","));
    let scenario = accept(&format!(
        "{{ \"clients\": [{clients}], \"ignore\": [{ignored}], \"steps\": [{steps}] }}"
    ));
    assert_eq!(scenario.script.clients.len(), 20_000);
    assert_eq!(scenario.script.clients[19_999].ignore.len(), 2000);
}

#[test]
fn thousands_of_wrong_names_among_thousands_are_told_in_time() {
    let vars: Vec<_> = (0..20_000).map(|n| format!("\"name{n}\": 1")).collect();
    let steps = vec!["{ \"send\": \"{{ nome }}\" }"; 20_000].join(",");
    let text = format!(
        "{{ \"vars\": {{ {} }}, \"steps\": [{steps}] }}",
        vars.join(",")
    );
    assert_eq!(
        codes(&text).len(),
        MAX_MISTAKES + 1,
        "the last one counts the others"
    );
}

#[test]
fn thousands_of_unknown_clients_among_thousands_are_told_in_time() {
    let clients: Vec<_> = (0..20_000).map(|n| format!("\"c{n}\"")).collect();
    let steps = vec!["{ \"as\": \"nobody of them\", \"send\": \"x\" }"; 20_000].join(",");
    let text = format!(
        "{{ \"clients\": [{}], \"steps\": [{steps}] }}",
        clients.join(",")
    );
    let found = outcome(&text).expect_err("nobody has that name").list;
    assert_eq!(found.len(), MAX_MISTAKES + 1);
    assert_eq!(
        found[MAX_MISTAKES].message,
        "19000 more mistakes are not shown"
    );
    let help = found[0].help.as_deref().expect("who there is");
    assert!(
        help.contains("`c0`, `c1`,") && help.ends_with("`c23` and 19976 more"),
        "{help}"
    );
}
