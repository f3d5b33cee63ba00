//! Templates: where strings are split, what expressions may do, and that bytes go through unchanged.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::scenario::filters::{FILTERS, TESTS};
use crate::scenario::{MAX_EXPRESSION, Names, Span, Template, Value, Values};

/// Some names with values: `name` Rose, `n` 3, `raw` no UTF-8, `list` 1 2 3, `object` with `port` 80, `unset` none.
fn known() -> (Names, Values) {
    let pairs = [
        ("name", Value::from("Rose")),
        ("n", Value::from(3)),
        ("digits", Value::from("42")),
        ("decimal", Value::from("1.5")),
        ("yes", Value::from(true)),
        ("raw", Value::from_bytes(b"\xff\x00ab\r\n".to_vec())),
        ("list", Value::from(vec![1, 2, 3])),
        ("object", Value::from(BTreeMap::from([("port", 80)]))),
        ("nothing", Value::from(())),
    ];
    let mut names = Names::default();
    let mut values = Values::new(64);
    for (name, value) in pairs {
        let id = names.intern(name).expect("there is room");
        values.set(id, value);
    }
    names.intern("unset");
    (names, values)
}

fn parse(
    text: &str,
) -> (
    Result<Template, crate::scenario::TemplateError>,
    Names,
    Values,
) {
    let (mut names, values) = known();
    (
        Template::parse(text, Span::default(), &mut names),
        names,
        values,
    )
}

fn render(text: &str) -> Result<Vec<u8>, String> {
    let (template, _, values) = parse(text);
    let template = template.map_err(|error| format!("at {:?}: {error}", error.range))?;
    let mut out = Vec::new();
    match template.render(&values, 1 << 20, &mut out) {
        Ok(()) => Ok(out),
        Err(error) => Err(error.to_string()),
    }
}

fn check(text: &str, expected: &[u8]) {
    let rendered = render(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    assert_eq!(
        rendered.escape_ascii().to_string(),
        expected.escape_ascii().to_string(),
        "{text:?}"
    );
}

fn check_refused(text: &str, expected: &str) {
    let error = render(text).expect_err(text);
    assert!(
        error.contains(expected),
        "{text:?}: {error}\nexpected: {expected}"
    );
}

#[test]
fn text_around_expressions_is_never_touched() {
    check("", b"");
    check("plain", b"plain");
    check("{{name}}", b"Rose");
    check("{{ name }}\r\n", b"Rose\r\n");
    check(" \t{{ name }} \n\n", b" \tRose \n\n");
    check("{% if %}{# no #}}}{", b"{% if %}{# no #}}}{");
    check("<&\"'{{name}}'\"&>", b"<&\"'Rose'\"&>");
    check("{{name}}{{n}}{{name}}", b"Rose3Rose");
    check("\u{fc}{{name}}\u{1f980}", "\u{fc}Rose\u{1f980}".as_bytes());
    check("{{{'a':1}.a}}", b"1");
    check("{ {{name}} }", b"{ Rose }");
}

#[test]
fn numbers_are_their_digits() {
    for number in [
        "0",
        "7",
        "-3",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551615",
        "2.0",
        "-2.5",
    ] {
        check(
            &format!("a{{{{ {number} }}}}b"),
            format!("a{number}b").as_bytes(),
        );
    }
}

#[test]
fn closing_braces_inside_strings_and_objects_end_nothing() {
    check("{{ '}}' }}", b"}}");
    check("{{ \"a}}b\" }}c", b"a}}bc");
    check("{{ '\\'}}' }}", b"'}}");
    check("{{ '{{' }}", b"{{");
    check("{{ {'a': {'b': 7}}['a']['b'] }}", b"7");
    check_refused("{{ {'a': {'b': 7}}}}", "is an object");
}

#[test]
fn what_is_no_template_is_refused_where_it_is_wrong() {
    for (text, range, message) in [
        ("ab {{name", 3..5, "never closed"),
        (
            "{{ 'name }}",
            3..4,
            "string in an expression is never closed",
        ),
        ("x{{}}", 3..3, "empty"),
        ("x{{  }}", 3..5, "empty"),
        ("{{ a b }}", 2..7, "unexpected"),
        ("{{ 1 + }}", 2..7, "unexpected end"),
        ("{{ name|uper }}", 8..12, "no filter `uper`"),
        ("{{ name | format }}", 10..16, "no filter `format`"),
        ("{{ name is emtpy }}", 11..16, "no test `emtpy`"),
        ("{{ name is not defind }}", 15..21, "no test `defind`"),
        ("{{- name }}", 2..9, "trim nothing"),
        ("{{ name -}}", 2..9, "trim nothing"),
        ("{{ (name }}", 2..9, "unexpected"),
        ("{{ don't }}", 6..7, "never closed"),
    ] {
        let error = parse(text).0.expect_err(text);
        assert_eq!(error.range, range, "{text:?}: {error}");
        assert!(error.message.contains(message), "{text:?}: {error}");
    }
}

#[test]
fn a_wrong_filter_is_met_with_the_nearest() {
    let error = parse("{{ name | lenght }}").0.expect_err("no such filter");
    assert_eq!(error.help.as_deref(), Some("did you mean `length`?"));
    let error = parse("{{ name is zzzzzz }}").0.expect_err("no such test");
    assert_eq!(error.help, None);
}

#[test]
fn what_other_languages_write_is_answered_with_what_is_written_here() {
    for (text, marked, message, help) in [
        (
            "{{ name.upper() }}",
            "upper",
            "no method `upper`",
            "write `{{ name | upper }}`",
        ),
        (
            "{{ name.replace('a', 'b') }}",
            "replace",
            "no method `replace`",
            "write `{{ name | replace('a', 'b') }}`",
        ),
        (
            "{{ 'x'.strip() }}",
            "strip",
            "no method `strip`",
            "write `{{ 'x' | trim }}`",
        ),
        (
            "{{ object.port.upper() }}",
            "upper",
            "no method `upper`",
            "`upper` is a filter: write `{{ name | upper }}`",
        ),
        (
            "{{ name.foo(1) }}",
            "foo",
            "no method `foo`",
            "filters take the place of methods",
        ),
        (
            "{{ len(name) }}",
            "len",
            "no function `len`",
            "`len` is a filter: write `{{ name | len }}`",
        ),
        ("{{ n = 1 }}", "=", "`=` is no operator", "`==` compares"),
        ("{{ n === 1 }}", "===", "`===` is no operator", "write `==`"),
        (
            "{{ n == 1 && n }}",
            "&&",
            "`&&` is no operator",
            "write `and`",
        ),
        ("{{ n || 1 }}", "||", "`||` is no operator", "write `or`"),
        ("{{ !yes }}", "!", "`!` is no operator", "write `not`"),
        (
            "{{ yes ? 1 : 2 }}",
            "?",
            "`?` is no operator",
            "write `A if CONDITION else B`",
        ),
        ("{{ n++ }}", "++", "`++` is no operator", "write `+ 1`"),
        (
            "{{ n += 1 }}",
            "+=",
            "`+=` is no operator",
            "the step is `set`",
        ),
        ("{{ $name }}", "$", "`$` is no operator", "without `$`"),
        (
            "{{ n + 340282366920938463463374607431768211456 }}",
            "340282366920938463463374607431768211456",
            "a whole number is at most 340282366920938463463374607431768211455",
            "put it in quotes",
        ),
    ] {
        let error = parse(text).0.expect_err(text);
        assert_eq!(&text[error.range.clone()], marked, "{text:?}: {error}");
        assert!(error.message.contains(message), "{text:?}: {error}");
        let shown = error.help.unwrap_or_default();
        assert!(shown.contains(help), "{text:?}: {shown}");
    }
    check("{{ (n == 3) and n != 4 and n <= 3 and n >= 3 }}", b"true");
    check("{{ (list | sort(reverse=true))[0] }}", b"3");
}

#[test]
fn every_filter_and_test_that_is_offered_is_there() {
    let filters = FILTERS.map(|name| format!("{{{{ 'a'|{name} }}}}"));
    let tests = TESTS.map(|name| format!("{{{{ 'a' is {name} }}}}"));
    for text in filters.iter().chain(&tests) {
        if let Err(error) = render(text) {
            assert!(!error.contains("unknown"), "{text}: {error}");
        }
    }
    // The word by which one that is missing would be known.
    check_refused("{{ ['a']|map('nowhere')|list }}", "unknown");
}

#[test]
fn expressions_have_filters_operators_and_lookups() {
    check("{{ name|upper }}", b"ROSE");
    check("{{ name|lower|capitalize }}", b"Rose");
    check("{{ n + 1 }}", b"4");
    check("{{ n / 2 }}", b"1.5");
    check("{{ -n }}", b"-3");
    check("{{ name ~ n ~ '!' }}", b"Rose3!");
    check("{{ (name ~ '-')|len ~ yes }}", b"5true");
    check("{{ name|lower ~ name[1:3]|upper }}", b"roseOS");
    check("{{ n * 2 ~ n ** 2 }}", b"69");
    check("{{ 'a' if n > 2 else 'b' }}", b"a");
    check("{{ object.port }}{{ object['port'] }}", b"8080");
    check("{{ list[1] }}{{ list|join('-') }}", b"21-2-3");
    check("{{ list|length }}{{ name|length }}", b"34");
    check("{{ unset|default('none') }}", b"none");
    check("{{ unset is defined }}{{ n is not odd }}", b"falsefalse");
    check("{{ digits|int + 1 }}", b"43");
    check("{{ name|hex }} {{ '526f7365'|unhex }}", b"526f7365 Rose");
    check(
        "{{ name|base64 }} {{ 'Um9zZQ=='|unbase64 }}",
        b"Um9zZQ== Rose",
    );
    check("{{ 'a.b'|regex_escape }}", b"a\\.b");
    check("{{ '\u{fc}'|len }}{{ '\u{fc}'|length }}", b"21");
    check("{{ true }}{{ yes }}{{ 1 == 2 }}", b"truetruefalse");
    check("{{ 'ff00'|unhex|len }}", b"2");
    check("{{ name|replace('R', 'N') }}", b"Nose");
    check("{{ [3, 1, 2]|sort|map('string')|join }}", b"123");
}

#[test]
fn bytes_go_through_unchanged() {
    check("{{raw}}", b"\xff\x00ab\r\n");
    check("<{{ raw }}>", b"<\xff\x00ab\r\n>");
    check("{{ raw[0:2] }}", b"\xff\x00");
    check("{{ raw[::-1] }}", b"\n\rba\x00\xff");
    check("{{ raw[2:4] ~ 'c' }}", b"abc");
    check(
        "{{ raw[2:4] == 'ab' }}{{ raw == raw }}{{ raw[:1] == 'a' }}",
        b"truetruefalse",
    );
    check("{{ raw|len }}", b"6");
    check("{{ raw|hex }}", b"ff0061620d0a");
    check("{{ raw|hex ~ '!' }}", b"ff0061620d0a!");
    check("{{ raw|base64|unbase64 }}", b"\xff\x00ab\r\n");
    check("{{ raw|regex_escape }}", b"\\xff\x00ab\r\n");
    check("{{ raw if yes else name }}", b"\xff\x00ab\r\n");
    check("{{ raw|reverse }}", b"\n\rba\x00\xff");
}

#[test]
fn text_filters_and_arithmetic_refuse_bytes() {
    for text in [
        "{{ raw ~ 'a' }}",
        "{{ 'a' ~ raw }}",
        "{{ 'a' ~ raw ~ 'b' }}",
        "{{ 'a' ~ (raw) }}",
        "{{ ('a' ~ raw)|len }}",
        "{{ 'a' ~ {'x': raw}.x }}",
        "{{ 'a' ~ [raw][0] }}",
        "{{ 'a' ~ [raw] }}",
        "{{ 'a' ~ (raw if yes else 'b') }}",
        "{{ raw|upper }}",
        "{{ raw|trim }}",
        "{{ name|replace('R', raw) }}",
        "{{ [raw]|join }}",
        "{{ list|join(raw) }}",
        "{{ raw|string }}",
        "{{ [raw]|string }}",
        "{{ [raw]|map('upper')|list|length }}",
        "{{ raw|split('a')|length }}",
        "{{ raw + 'a' }}",
        "{{ raw * 2 }}",
        "{{ raw - 1 }}",
        "{{ raw|int }}",
        "{{ raw|unhex }}",
    ] {
        let error = render(text).expect_err(text);
        assert!(
            error.contains("bytes") || error.contains("not text"),
            "{text}: {error}"
        );
        assert!(error.starts_with("`{{ "), "{error}");
    }
}

#[test]
fn a_lone_expression_keeps_its_type() {
    for (text, expected) in [
        ("{{n}}", Value::from(3)),
        ("{{ n + 1 }}", Value::from(4)),
        ("{{list}}", Value::from(vec![1, 2, 3])),
        ("{{ list[1:] }}", Value::from(vec![2, 3])),
        ("{{yes}}", Value::from(true)),
        ("{{nothing}}", Value::from(())),
        (" {{n}}", Value::from(" 3")),
        ("{{n}}{{n}}", Value::from("33")),
        ("", Value::from("")),
        ("a", Value::from("a")),
    ] {
        let (template, _, values) = parse(text);
        let value = template.expect(text).eval(&values).expect(text);
        assert_eq!(value, expected, "{text:?}");
        assert_eq!(value.kind(), expected.kind(), "{text:?}");
    }
}

#[test]
fn a_result_that_has_no_bytes_is_refused() {
    check_refused("{{unset}}", "`unset` is not set");
    check_refused("{{ unset + 1 }}", "`unset` is not set");
    check_refused("{{ 'a' ~ unset }}", "`unset` is not set");
    check_refused("{{ unset.port }}", "`unset` is not set");
    check_refused("{{ object.host }}", "undefined");
    check_refused("{{list}}", "`{{ list }}` is a list");
    check_refused("{{ object }}", "is an object");
    check_refused("{{ nothing }}", "is null");
    check_refused("{{ name.upper() }}", "");
    check_refused("{{ 1 / 0 }}", "");
    check_refused("{{ '0g'|unhex }}", "is not a hexadecimal digit");
    check_refused("{{ range(3) }}", "there is no function `range`");
    check_refused("{{ n() }}", "there is no function `n`");
    check_refused("{{ 'x'|map('pprint')|list }}", "pprint");
}

#[test]
fn text_that_was_meant_as_a_number_is_met_with_the_expression_that_works() {
    for (text, expected) in [
        (
            "{{ digits + 1 }}",
            "`{{ digits + 1 }}` cannot be computed: `+` does not work on text and a number; \
             write `{{ digits | int + 1 }}`",
        ),
        (
            "{{ n - digits }}",
            "on a number and text; write `{{ n - digits | int }}`",
        ),
        (
            "{{ digits - digits }}",
            "write `{{ digits | int - digits | int }}`",
        ),
        ("{{ decimal / 2 }}", "write `{{ decimal | float / 2 }}`"),
        (
            "{{ (digits + 1) * 2 }}",
            "write `{{ (digits | int + 1) * 2 }}`",
        ),
    ] {
        check_refused(text, expected);
    }
    // Where nothing that works is found, nothing is suggested.
    for text in ["{{ name + 1 }}", "{{ list - 1 }}", "{{ digits + list }}"] {
        let error = render(text).expect_err(text);
        assert!(error.contains("does not work on"), "{error}");
        assert!(!error.contains("write"), "{error}");
    }
    check("{{ digits | int + 1 }}", b"43");
}

#[test]
fn no_expression_makes_more_than_its_fuel_pays_for() {
    check_refused("{{ 'abcdefgh' * 100000000 }}", "64 MiB");
    check_refused(
        "{{ ('abcdefgh' * 1000000)|replace('a', 'b' * 100000) }}",
        "64 MiB",
    );
    check_refused("{{ ([0] * 1000000000)|length }}", "too large");
    check_refused("{{ ([0] * 1000000)[1:] }}", "");
    check_refused("{{ 10 ** 100000 }}", "");
    let deep = format!("{{{{ {}1{} }}}}", "(".repeat(2000), ")".repeat(2000));
    check_refused(&deep, "recursion");
    let long = format!("{{{{ {}1 }}}}", "1+".repeat(MAX_EXPRESSION / 2));
    check_refused(&long, "at most 4096 bytes");
    let chain = format!("{{{{ {}1 }}}}", "1+".repeat(MAX_EXPRESSION / 2 - 8));
    check(&chain, (MAX_EXPRESSION / 2 - 7).to_string().as_bytes());
}

#[test]
fn the_limit_holds_before_anything_grows() {
    let (template, _, values) = parse("ab{{name}}cd");
    let template = template.expect("a template");
    for limit in 0..8 {
        let mut out = Vec::new();
        let error = template
            .render(&values, limit, &mut out)
            .expect_err("too long");
        assert_eq!(
            error.message,
            format!("the result is longer than the limit of {limit} bytes")
        );
        assert!(out.len() <= limit);
    }
    let mut out = b"12".to_vec();
    assert!(template.render(&values, 9, &mut out).is_err());
    out.truncate(2);
    template.render(&values, 10, &mut out).expect("it fits");
    assert_eq!(out, b"12abRosecd");
}

#[test]
fn the_names_it_reads_are_told_with_their_places() {
    for (text, expected) in [
        ("plain", vec![]),
        ("{{ name }}{{n}}", vec![("name", 3..7), ("n", 12..13)]),
        (
            "{{ n + unset|default(name) + n }}",
            vec![("n", 3..4), ("unset", 7..12), ("name", 21..25)],
        ),
        ("{{ object.name }}", vec![("object", 3..9)]),
        (
            "{{ name|upper if n is odd else 'list' }}",
            vec![("name", 3..7), ("n", 17..18)],
        ),
        (
            "{{ target.host }}:{{ fresh }}",
            vec![("target", 3..9), ("fresh", 21..26)],
        ),
        ("{{ uuid() }}{{ uuid }}", vec![("uuid", 15..19)]),
    ] {
        let (template, names, _) = parse(text);
        let template = template.expect(text);
        let uses: Vec<_> = template
            .uses()
            .map(|(id, range)| (names.name(id).to_owned(), range))
            .collect();
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(name, at)| (name.to_owned(), at))
            .collect();
        assert_eq!(uses, expected, "{text:?}");
        assert_eq!(template.reads().len(), expected.len());
    }
}

#[test]
fn what_a_peer_sent_is_escaped_in_messages() {
    let mut names = Names::default();
    let template = Template::parse("{{ x|int }}", Span::default(), &mut names).expect("a template");
    let mut values = Values::new(names.len());
    values.set(template.reads()[0], Value::from("\u{1b}[2J\u{7f}\u{9b}"));
    let error = template.eval(&values).expect_err("no number");
    assert!(!error.message.chars().any(char::is_control), "{error:?}");
}

proptest! {
    #[test]
    fn any_text_never_panics(text in "[{}|~\\[\\]()'\"a-c.:\\\\ \u{fc}-]{0,40}") {
        let mut names = Names::default();
        if let Ok(template) = Template::parse(&text, Span::default(), &mut names) {
            let mut values = Values::new(names.len());
            for id in template.reads() {
                values.set(id, Value::from_bytes(vec![0xff, b'a']));
            }
            let _ = template.render(&values, 1 << 16, &mut Vec::new());
        } else if let Err(error) = Template::parse(&text, Span::default(), &mut names) {
            prop_assert!(text.get(error.range.clone()).is_some(), "{error:?}");
        }
    }

    #[test]
    fn captures_survive_byte_for_byte(
        a in proptest::collection::vec(any::<u8>(), 0..20),
        b in proptest::collection::vec(any::<u8>(), 0..20),
        text in "[^{}]{0,10}(\r\n)?",
    ) {
        let mut names = Names::default();
        let whole = format!("{{{{a}}}}{text}{{{{ b }}}}{text}");
        let template = Template::parse(&whole, Span::default(), &mut names).expect("a template");
        let mut values = Values::new(2);
        values.set(names.find("a").expect("a name"), Values::of_bytes(&a));
        values.set(names.find("b").expect("a name"), Values::of_bytes(&b));
        let mut out = Vec::new();
        template.render(&values, 1 << 10, &mut out).expect("it fits");
        let expected = [&a[..], text.as_bytes(), &b[..], text.as_bytes()].concat();
        prop_assert_eq!(out, expected);
    }
}
