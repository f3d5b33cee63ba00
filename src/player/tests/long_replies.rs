//! Replies that are longer than what is held at once: what is kept of them does not depend on how they were cut.

use super::bench::Bench;

/// How many bytes are held undecided.
const LIMIT: usize = 4096;

/// Ten times as many, with what is looked for in the middle and once more at the end.
fn reply() -> Vec<u8> {
    let filler = "[no] code = 1;\n".repeat(10 * LIMIT / 30);
    format!("{filler}[yes] code=4711; name=Rose;\n{filler}[yes] code=1; name=Zo\u{eb};\n")
        .into_bytes()
}

/// The player's answer to the reply, which arrives in pieces of these sizes, again and again.
fn answer(framing: &str, steps: &str, sizes: &[usize]) -> Vec<u8> {
    let head = format!(r#""framing": {{ "{framing}": {{ "max_message": {LIMIT} }} }},"#);
    let mut bench = Bench::connected(&head, steps);
    let reply = reply();
    let (mut rest, mut sizes) = (&reply[..], sizes.iter().cycle());
    while let (Some(&size), false) = (sizes.next(), rest.is_empty()) {
        let (piece, after) = rest.split_at(size.min(rest.len()));
        bench.receive(piece);
        rest = after;
    }
    bench.written()
}

#[test]
fn the_same_is_captured_however_a_long_reply_is_cut() {
    const GROUPS: &str = r#""regex": "code=(?<code>[0-9]+); name=(?<name>[^;]+)""#;
    let steps = |step: &str, sent: &str| format!(r#"{step}, {{ "send": "{sent}" }}"#);
    let rows = [
        ("raw", format!(r#"{{ "skip_until": {{ {GROUPS} }} }}"#), "{{ code }} {{ name }}", "4711 R"),
        ("raw", format!(r#"{{ "skip_until": {{ {GROUPS}, "capture": "all" }} }}"#), "{{ all }}", "code=4711; name=R"),
        ("raw", r#"{ "skip_until": ["[yes] ", { "regex": "^[^;]*;", "capture": "part" }] }"#.into(), "{{ part }}", "code=4711;"),
        ("raw", r#"{ "skip_until": { "contains": "name=Zo" } }, { "expect_bytes": { "length": 2, "capture": "rest" } }"#.into(), "{{ rest }}", "\u{eb}"),
        ("raw", r#"{ "expect_bytes": { "contains": "name=" } }, { "expect_bytes": { "regex": "(?<name>[a-zA-Z]+);" } }"#.into(), "{{ name }}", "Rose"),
        ("raw", r#"{ "expect_bytes": { "regex": "code=[0-9]+; " } }, { "expect_bytes": { "suffix": ";", "capture": "name" } }"#.into(), "{{ name }}", "name=Rose;"),
        ("line", format!(r#"{{ "skip_until": {{ {GROUPS} }} }}"#), "{{ code }} {{ name }}", "4711 Rose\n"),
        ("line", r#"{ "skip_until": { "contains": "Zo", "capture": "all" } }"#.into(), "{{ all }}", "[yes] code=1; name=Zo\u{eb};\n"),
    ];
    for (framing, step, sent, expected) in rows {
        for sizes in [
            &[usize::MAX][..],
            &[1],
            &[1024],
            &[LIMIT + 1],
            &[3, 1, 5000, 64, 1021],
        ] {
            let answered = answer(framing, &steps(&step, sent), sizes);
            assert_eq!(
                answered.escape_ascii().to_string(),
                expected.as_bytes().escape_ascii().to_string(),
                "{step} {sizes:?}"
            );
        }
    }
}
