//! The properties of whole machines, driven by proptest; those of the wire layer are driven by its own tests.

use proptest::prelude::*;

use super::conversation::are_nested;
use crate::scenario::{ReadOptions, read};

/// Wire bytes in which the words of the reference protocol are frequent.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let token = prop_oneof![
        3 => Just(&b"\n"[..]),
        2 => Just(&b"\r\n"[..]),
        2 => Just(&b"exit"[..]),
        2 => Just(&b"Rose"[..]),
        1 => Just(&b"Zo\xc3\xab"[..]),
        1 => Just(&b"\xed\xa0\x80"[..]),
        1 => Just(&b"a name that is longer than the others"[..]),
        1 => Just(&b"\r"[..]),
    ];
    let noise = any::<u8>().prop_map(|byte| vec![byte]);
    let part = prop_oneof![8 => token.prop_map(<[u8]>::to_vec), 1 => noise];
    proptest::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

/// Steps of a conversation in the language of its property: exchanges that come to a good end, steps that may not, and noise.
fn steps() -> impl Strategy<Value = Vec<u8>> {
    let exchange = prop::sample::select(&[
        ">Rose\n<Hello, Rose!",
        ">Rose\n=Hello, \n=Rose!|",
        ")Ro\n)se|\n<[Hello",
        ">Rose\n</^Hello, (?<name>[^!]*)!\n>{{ name }}\n<Hello, {{ name }}!",
        ">Think\n=/^.*?, (?<name>[^!]*)!\\r?|\n>{{ name }}\n<~Think",
        ">Zo\u{eb}\n<$~Zo\n>{{ kept }}\n<?",
        ">Rose\n=$#5\n)-{{ kept }}-|\n=~-Hello-\n=#1\n=]|",
        ">Rose\n>Think\n<&[Hello&]!\n<,Hello,[Hello",
        ">Rose\n=,Hell,Hello\n=~!\n=|",
        "3>Rose\n3<Hello, Rose!",
        "s\n>Rose\nw\n<!~x",
        ">exit\n.\nc\n<Welcome!",
        ")Rose|exit|\n<Hello, Rose!\n.\nc\n<Welcome!",
        ")Rose|half\n-\n<Hello, Rose!\n.\nc\n<Welcome!",
        ")Zo\\|\nx\nc\n<Welcome!",
    ]);
    let step = prop::sample::select(&[
        "=Welc",
        "=ome!|",
        ">",
        ")exit|",
        "<Hello, Rose!",
        "=/l+",
        "=#9",
        "<~ell",
        "=~, ",
        "=]!",
        "<!~x",
        "3=#2",
        "-",
        "x",
        "c",
        ".",
        "s",
    ]);
    let noise = proptest::collection::vec(any::<u8>(), 0..8);
    let part = prop_oneof![
        12 => exchange.prop_map(|steps| steps.as_bytes().to_vec()),
        2 => step.prop_map(|step| step.as_bytes().to_vec()),
        1 => noise,
    ];
    let greeting = prop::sample::select(&["<Welcome!", "=Welcome!|", "=~!\n=|", ""]);
    (greeting, proptest::collection::vec(part, 0..5)).prop_map(|(greeting, parts)| {
        [greeting.as_bytes().to_vec(), parts.join(&b'\n')].join(&b'\n')
    })
}

/// A string in which the words of templates are frequent.
fn text() -> impl Strategy<Value = String> {
    let part = prop::sample::select(&[
        "{{ name }}",
        "{{ n + 1 }}",
        "{{ name ~ '!' }}",
        "{{ raw }}",
        "{{ raw | hex }}",
        "{{ list }}",
        "{{ list | join }}",
        "{{ unset }}",
        "{{ object.port }}",
        "{{ '}}' }}",
        "{{",
        "}}",
        "{",
        "}",
        "'",
        "n",
        " ",
        " | upper",
        "\u{e9}",
        "\u{1f600}",
    ]);
    proptest::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

/// What happens to a player: the signs of `Turn`.
const TURNS: [&str; 22] = [
    "+",
    "-",
    "~",
    "h",
    "w",
    "x",
    "X",
    ".",
    "!",
    "?",
    "t",
    "t",
    "C",
    "z",
    "*",
    "0",
    "1",
    "'a|'",
    "'PING 1|'",
    "'PING 2'",
    "'|'",
    "'b|c|'",
];

/// Scenarios that make the player do all it can do with its connections.
const SCRIPTS: [&str; 4] = [
    r#"{"framing":"line","steps":[{"expect":"a"},{"send":"b","split":1,"pace":"2ms","may_fail":true},{"retry":
        [{"send":"c"},{"expect":{"prefix":"b"}}],"every":"1ms","within":"9ms"},{"expect_close":"any"}]}"#,
    r#"{"framing":"line","ignore":[{"match":{"regex":"^PING (?<n>.*)$"},"send":"PONG {{ n }}"}],"steps":
        [{"send":"x"},{"expect":"a"},{"expect_silence":"5ms"},{"close":"clean"}],"finally":[{"send":"{{ n }}"},{"send":"y"}]}"#,
    r#"{"framing":"line","clients":["p","q"],"steps":[{"parallel":[[{"as":"p","repeat":[{"send":"x"}],"times":3}],
        [{"as":"p","expect":"a"},{"as":"p","expect_close":"clean"}],[{"as":"q","skip_until":"b"},{"as":"q","expect_any_order":["c","a"]}]]},
        {"as":"p","connect":true},{"as":"p","close":"reset"}]}"#,
    r#"{"framing":"raw","steps":[{"connect":"refused"},{"connect":true},{"expect_bytes":["a",{"any":true},"b"]},{"send":"x"},
        {"skip_until":{"regex":"PING (?<n>[0-9])"}},{"close":"write"},{"expect_close":["clean","reset"],"then":"open"}]}"#,
];

proptest! {
    #[test]
    fn a_template_is_worth_the_same_as_its_parts(divided in any::<u8>(), text in text()) {
        super::template(&[&[divided], text.as_bytes()].concat());
    }

    #[test]
    fn a_conversation_comes_to_the_same_however_it_is_cut(
        header in proptest::array::uniform5(any::<u8>()),
        steps in steps(),
    ) {
        super::conversation(&[&header[..], &steps].concat());
    }

    #[test]
    fn a_player_keeps_to_its_protocol_whatever_happens(
        cuts in any::<u8>(),
        turns in proptest::collection::vec(prop::sample::select(&TURNS), 0..16),
        script in prop::sample::select(&SCRIPTS),
    ) {
        super::player(&[&[cuts], turns.concat().as_bytes(), b"\n", script.as_bytes()].concat());
    }

    #[test]
    fn a_session_does_what_the_model_does(
        header in proptest::array::uniform5(any::<u8>()),
        stream in stream(),
    ) {
        super::session(&[&header[..], &stream].concat());
    }

    #[test]
    fn what_is_encoded_is_decoded_to_the_same(
        header in proptest::array::uniform2(any::<u8>()),
        stream in proptest::collection::vec(
            prop::sample::select(&b"\n\raabb,,:0123\0\x01\x02\x03\x04\x80\xff"[..]),
            0..200,
        ),
    ) {
        super::frame_roundtrip(&[&header[..], &stream].concat());
    }
}

#[test]
fn a_retry_and_a_parallel_are_nested_only_where_one_is_in_the_other() {
    let retry = |steps: &str| format!(r#"{{ "retry": [{steps}], "within": "1s" }}"#);
    let branches = |steps: &str| format!(r#"{{ "parallel": [[{steps}], [{{ "wait": "1ms" }}]] }}"#);
    let repeat = |steps: &str| format!(r#"{{ "repeat": [{steps}], "times": 2 }}"#);
    let expect = r#"{ "expect": "a" }"#;
    for (steps, finally, expected) in [
        (retry(expect), branches(expect), false),
        (
            format!("{},{}", retry(expect), branches(expect)),
            expect.into(),
            false,
        ),
        (
            format!("{},{}", branches(expect), repeat(&retry(expect))),
            expect.into(),
            false,
        ),
        (retry(&branches(expect)), expect.into(), true),
        (branches(&retry(expect)), expect.into(), true),
        (
            repeat(&retry(&repeat(&branches(expect)))),
            expect.into(),
            true,
        ),
        (expect.into(), branches(&repeat(&retry(expect))), true),
    ] {
        let text = format!(r#"{{ "steps": [{steps}], "finally": [{finally}] }}"#);
        let (scenario, _) = read("test.json", text.as_bytes(), &ReadOptions::default())
            .unwrap_or_else(|mistakes| panic!("{mistakes:?}\n{text}"));
        assert_eq!(are_nested(&scenario.script), expected, "{text}");
    }
}
