//! Functions and digests: what they give, by which seed and at what time.

use crate::scenario::{MAX_FUEL, Names, Span, Template, Value, Values};

/// The value of a template, drawn by this seed.
fn eval_with(text: &str, seed: u64) -> Result<Value, String> {
    let mut names = Names::default();
    let mut values = Values::new(16);
    values.begin(seed);
    values.set_now(1_234_567_890_123_456_789);
    for (name, value) in [
        ("raw", Value::from_bytes(vec![0xff, 0, 1])),
        ("text", Value::from("abc")),
        ("uuid", Value::from("a var")),
    ] {
        values.set(names.intern(name).expect("there is room"), value);
    }
    let template = Template::parse(text, Span::default(), &mut names);
    let template = template.map_err(|error| error.message)?;
    template.eval(&values).map_err(|error| error.message)
}

fn eval(text: &str) -> Result<Value, String> {
    eval_with(text, 0)
}

#[track_caller]
fn check(text: &str, expected: impl Into<Value>) {
    assert_eq!(eval(text), Ok(expected.into()), "{text}");
}

#[track_caller]
fn check_refused(text: &str, expected: &str) {
    let error = eval(text).expect_err(text);
    assert!(error.contains(expected), "{text}: {error}");
}

#[test]
fn digests_are_hexadecimal_digits_of_text_and_bytes() {
    check("{{ text | md5 }}", "900150983cd24fb0d6963f7d28e17f72");
    check(
        "{{ text | sha1 }}",
        "a9993e364706816aba3e25717850c26c9cd0d89d",
    );
    check(
        "{{ text | sha256 }}",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
    check("{{ '' | md5 }}", "d41d8cd98f00b204e9800998ecf8427e");
    check("{{ raw | sha1 | len }}", 40);
    check("{{ '123456789' | crc32 }}", 0xcbf4_3926_u32);
    // RFC 2202 and RFC 4231, case 2.
    check(
        "{{ 'what do ya want for nothing?' | hmac_md5('Jefe') }}",
        "750c783e6ab0b503eaa86e310a5db738",
    );
    check(
        "{{ 'what do ya want for nothing?' | hmac_sha256('Jefe') }}",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
    check("{{ ['abc'] | map('md5') | first | len }}", 32);
    check_refused("{{ 5 | md5 }}", "`md5` works on text and bytes");
    check_refused(
        "{{ text | hmac_md5(5) }}",
        "`hmac_md5` works on text and bytes",
    );
}

#[test]
fn bytes_make_numbers() {
    check("{{ 'A' | uint }}", 65);
    check("{{ raw | uint }}", 0xff_0001);
    check("{{ raw | uint('little') }}", 0x01_00ff);
    check("{{ 'ffffffffffffffff' | unhex | uint('big') }}", u64::MAX);
    check("{{ raw[1:] | uint + 1 }}", 2);
    check_refused("{{ '' | uint }}", "1 to 8 bytes, not of 0");
    check_refused("{{ '123456789' | uint }}", "1 to 8 bytes, not of 9");
    check_refused("{{ 'A' | uint('middle') }}", "\"big\" or \"little\"");
    check_refused("{{ 65 | uint }}", "works on text and bytes");
}

#[test]
fn now_is_the_time_of_the_conversation() {
    check("{{ now() }}", 1_234_567_890_u64);
    check("{{ now('ms') }}", 1_234_567_890_123_u64);
    check("{{ now('us') + 1 }}", 1_234_567_890_123_457_u64);
    check("{{ now(\"ns\") }}", 1_234_567_890_123_456_789_u64);
    check("{{ now() ~ '!' }}", "1234567890!");
    check_refused("{{ now('days') }}", "the unit of `now`");
    check_refused("{{ now(1, 2) }}", "`now` takes a unit");
}

#[test]
fn a_uuid_is_one_of_version_4_and_another_each_time() {
    let two = "{{ uuid() ~ ' ' ~ uuid() }}";
    let text = |seed| eval_with(two, seed).expect("text").to_string();
    assert_eq!(text(1), text(1));
    assert_ne!(text(1), text(2));
    let drawn = text(1);
    let (one, other) = drawn.split_once(' ').expect("two");
    assert_ne!(one, other);
    for uuid in [one, other] {
        let parts: Vec<usize> = uuid.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12], "{uuid}");
        assert_eq!(&uuid[14..15], "4", "{uuid}");
        assert!(matches!(&uuid[19..20], "8" | "9" | "a" | "b"), "{uuid}");
    }
    check_refused("{{ uuid(4) }}", "takes no arguments");
}

#[test]
fn random_bytes_and_numbers_stay_within_what_was_asked_for() {
    check("{{ random(5) | len }}", 5);
    check("{{ random(0) | len }}", 0);
    check("{{ random(6, 6) }}", 6);
    check(
        "{{ random(-9223372036854775807, 9223372036854775807) is integer }}",
        true,
    );
    let mut seen = [false; 6];
    for seed in 0..200 {
        let rolled = eval_with("{{ random(1, 6) }}", seed).expect("a number");
        seen[rolled.as_usize().expect("from 1 on") - 1] = true;
    }
    assert_eq!(seen, [true; 6]);
    for text in [
        "{{ random() }}",
        "{{ random(-1) }}",
        "{{ random(2, 1) }}",
        "{{ random('x') }}",
        "{{ random(1, 2, 3) }}",
    ] {
        check_refused(text, "`random` takes");
    }
}

#[test]
fn random_bytes_are_paid_for_before_there_is_memory_for_them() {
    for count in [MAX_FUEL * 64 + 1, 1 << 62] {
        check_refused(
            &format!("{{{{ random({count}) | len }}}}"),
            "costs more than",
        );
    }
}

#[test]
fn a_name_may_be_that_of_a_function() {
    check("{{ uuid }}", "a var");
    check("{{ uuid ~ '!' }}", "a var!");
    check("{{ (uuid ~ uuid()) | len }}", 41);
    check("{{ now() if uuid else 0 }}", 1_234_567_890_u64);
    check_refused("{{ uid() }}", "there is no function `uid`");
    check_refused("{{ text() }}", "there is no function `text`");
    check_refused("{{ _call_now }}", "`_call_now` is not set");
    check_refused("{{ _call_now() }}", "there is no function `_call_now`");
}

#[test]
fn the_environment_is_what_the_run_gives_of_it() {
    let mut names = Names::default();
    let mut values = Values::new(1);
    let known = [
        ("TOKEN", Value::from("s3cret")),
        ("RAW", Value::from_bytes(vec![0xff])),
    ];
    let known = known.map(|(name, value)| (name.to_owned(), value));
    values.set_environment(Vec::from(known).into());
    let mut eval = |text: &str| {
        let template = Template::parse(text, Span::default(), &mut names);
        let template = template.unwrap_or_else(|error| panic!("{text}: {}", error.message));
        template.eval(&values).map_err(|error| error.message)
    };
    assert_eq!(eval("{{ env(\"TOKEN\") }}"), Ok(Value::from("s3cret")));
    assert_eq!(
        eval("a {{ env('TOKEN') | upper }}"),
        Ok(Value::from("a S3CRET"))
    );
    assert_eq!(eval("{{ env('RAW') | hex }}"), Ok(Value::from("ff")));
    let refused = eval("{{ env('OTHER') }}").expect_err("not given");
    assert!(refused.contains("does not allow"), "{refused}");
    for text in [
        "{{ env() }}",
        "{{ env(text) }}",
        "{{ env('A' ~ 'B') }}",
        "{{ env('A-B') }}",
        "{{ env('') }}",
    ] {
        check_refused(text, "one name of the environment");
    }
}
