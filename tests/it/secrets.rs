//! Secrets stand in nothing that a run shows or leaves behind, whatever the peer and the program under test do with them.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::harness::{Output, Server, Workplace};

/// Its base64 has letters that URLs have others for, and its bytes are escaped in JSON, in XML and in URLs.
const SECRET: &str = "s3cr?t>pa~ss \"w\u{f6}rd\"&<";

/// All that a run can write.
const REPORTS: [&str; 7] = [
    "junit",
    "tap",
    "json",
    "github=g.txt",
    "markdown",
    "html",
    "text",
];

/// What must stand nowhere, and what it is.
fn forbidden() -> Vec<(&'static str, Vec<u8>)> {
    let secret = SECRET.as_bytes();
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let percent: String = secret.iter().map(|byte| format!("%{byte:02X}")).collect();
    let json = serde_json::to_string(SECRET).expect("JSON");
    let mut all = vec![
        ("raw", secret.to_vec()),
        ("a part", b"s3cr?t".to_vec()),
        ("another part", "w\u{f6}rd".as_bytes().to_vec()),
        ("JSON", json.trim_matches('"').as_bytes().to_vec()),
        ("hex", hex.to_uppercase().into_bytes()),
        ("rows of hex", b"73 33 63 72".to_vec()),
        ("percent", percent.to_lowercase().into_bytes()),
        ("hex", hex.into_bytes()),
        ("percent", percent.into_bytes()),
    ];
    for before in 0..3 {
        let around = [&b"xyz"[..before], secret].concat();
        let letters = (before * 8).div_ceil(6)..around.len() * 8 / 6;
        for text in [STANDARD.encode(&around), URL_SAFE_NO_PAD.encode(&around)] {
            all.push(("base64", text.as_bytes()[letters.clone()].to_vec()));
        }
    }
    all
}

/// What a peer makes of a secret, a line each.
fn echoes(secret: &[u8]) -> Vec<u8> {
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let percent: String = secret.iter().map(|byte| format!("%{byte:02x}")).collect();
    let text = String::from_utf8_lossy(secret).into_owned();
    let mut lines = vec![
        text.clone(),
        format!("{{\"pw\":{}}}", serde_json::to_string(&text).expect("JSON")),
        hex.to_uppercase(),
        hex,
        percent.to_uppercase(),
        percent,
    ];
    for before in ["", "x", "xy"] {
        let around = format!("{before}{text}");
        lines.push(STANDARD.encode(&around));
        lines.push(URL_SAFE_NO_PAD.encode(&around));
    }
    let mut bytes = lines.join("\r\n").into_bytes();
    // So that the log keeps it as base64.
    bytes.extend_from_slice(b"\xff\x1b[31m]]></script>");
    bytes
}

/// Fails where a secret stands in what was shown, or in a file that a run has left behind.
fn nothing_of_it(output: &Output, place: &Workplace) {
    let mut all = vec![
        (
            "standard output".to_owned(),
            output.stdout.clone().into_bytes(),
        ),
        (
            "standard error".to_owned(),
            output.stderr.clone().into_bytes(),
        ),
    ];
    add_files(&place.path().join("backchat-out"), &mut all);
    add_files(&place.path().join("g.txt"), &mut all);
    let mut stars = 0;
    for (name, bytes) in &all {
        for (what, part) in forbidden() {
            let at = bytes.windows(part.len()).position(|window| window == part);
            if let Some(at) = at {
                let around = &bytes[at.saturating_sub(80)..bytes.len().min(at + 80)];
                panic!(
                    "{name} has it ({what}): {}",
                    String::from_utf8_lossy(around)
                );
            }
        }
        stars += bytes.windows(5).filter(|window| window == b"*****").count();
    }
    assert!(stars > 0, "and what is hidden is shown to be: {output}");
}

fn add_files(path: &Path, all: &mut Vec<(String, Vec<u8>)>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("readable") {
            add_files(&entry.expect("readable").path(), all);
        }
    } else if let Ok(bytes) = fs::read(path) {
        all.push((path.display().to_string(), bytes));
    }
}

/// Reads a secret, and says it in all ways; one more of them once it is asked, cut in the middle.
fn serve(stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().expect("a handle"));
    let mut line = Vec::new();
    let _ = reader.read_until(b'\n', &mut line);
    let secret = line.strip_suffix(b"\n").unwrap_or(&line);
    let mut stream = stream;
    let (first, second) = secret.split_at(secret.len() / 2);
    let _ = stream.write_all(&[b"CUT:", first].concat());
    let _ = reader.read_until(b'\n', &mut Vec::new());
    let _ = stream.write_all(&[second, b":\r\n", &echoes(secret)].concat());
    let _ = reader.read(&mut [0]);
}

fn flags(target: &str) -> Vec<String> {
    let mut flags: Vec<String> = ["run", "talk.json", "-vv", "--retries", "1", "-t", target]
        .map(str::to_owned)
        .to_vec();
    flags.extend(
        REPORTS
            .iter()
            .flat_map(|kind| ["--report".to_owned(), (*kind).to_owned()]),
    );
    flags
}

#[test]
fn a_secret_that_a_peer_says_in_every_way_is_in_no_output() {
    let half = 4 + SECRET.len() / 2;
    for last in [
        r#"{ "expect": { "all": [{ "contains": "NO {{ pw }}" }, { "length": 2000 }] }, "within": "200ms" }"#.to_owned(),
        format!(r#"{{ "expect": {} }}"#, serde_json::to_string(SECRET).expect("JSON")),
        r#"{ "expect_close": "clean" }"#.to_owned(),
        r#"{ "expect": { "length": 300, "capture": "all" } }, { "assert": "{{ all == pw or pw == 'x' }}" }"#.to_owned(),
        r#"{ "send": "{{ pw[100] }}{{ pw | uint('big') }}" }"#.to_owned(),
    ] {
        let scenario = format!(
            r#"{{ "framing": "raw", "name": "with {{{{ pw }}}}", "steps": [
                {{ "send": "{{{{ pw }}}}\n" }},
                {{ "expect": {{ "length": {half} }} }},
                {{ "send": "more\n", "note": "of {{{{ pw }}}}" }},
                {last}
            ], "finally": [{{ "send": "QUIT {{{{ pw }}}}" }}] }}"#
        );
        let server = Server::start(serve);
        let place = Workplace::with_scenario(&scenario);
        let flags = flags(&server.target());
        let flags = flags.iter().map(String::as_str);
        let given = format!("pw={SECRET}");
        let output = place.backchat(flags.clone().chain(["--secret", &given])).output();
        output.ends_with(1).shows_nothing_raw();
        nothing_of_it(&output, &place);
        // In the environment, in a file, and as what `env` gives.
        let output = place.backchat(flags.clone().chain(["--secret", "pw"]));
        let output = output.env("pw", SECRET).output();
        output.ends_with(1);
        nothing_of_it(&output, &place);
        let file = Workplace::new().file("pw.txt", format!("{SECRET}\r\n").as_bytes());
        let given = format!("pw={}", file.path().join("pw.txt").display());
        let output = place.backchat(flags.chain(["--secret-file", &given])).output();
        output.ends_with(1);
        nothing_of_it(&output, &place);
    }
}

#[test]
fn a_secret_that_arrives_a_byte_at_a_time_is_in_no_output() {
    let server = Server::start(|stream| {
        stream.set_nodelay(true).expect("set");
        let mut reader = BufReader::new(stream.try_clone().expect("a handle"));
        let mut line = Vec::new();
        let _ = reader.read_until(b'\n', &mut line);
        let secret = line.strip_suffix(b"\n").unwrap_or(&line);
        let mut stream = stream;
        for byte in [b"PASS ", secret, b"\n"]
            .concat()
            .iter()
            .chain(&echoes(secret))
        {
            let _ = stream.write_all(&[*byte]);
        }
        let _ = reader.read(&mut [0]);
    });
    for last in [
        r#"{ "expect": "PASS nothing" }"#,
        r#"{ "skip_until": "never", "within": "1s" }"#,
    ] {
        let scenario = format!(r#"{{ "steps": [{{ "send": "{{{{ pw }}}}" }}, {last}] }}"#);
        let place = Workplace::with_scenario(&scenario);
        let given = format!("pw={SECRET}");
        let flags = flags(&server.target());
        let flags = flags.iter().map(String::as_str);
        let output = place.backchat(flags.chain(["--secret", &given])).output();
        output.ends_with(1).shows_nothing_raw();
        nothing_of_it(&output, &place);
    }
}

/// Names of files are the tester's own, and shown all the same wherever a case is.
#[test]
#[cfg(unix)]
fn a_secret_in_the_name_of_a_file_is_in_no_output() {
    let secret = "hunter2-of-anna";
    let given = format!("pw={secret}");
    let file = format!("{secret}/{secret}.json");
    let place = Workplace::new().file(&file, br#"{ "steps": [{ "expect": "Go away!" }] }"#);
    let mut flags = flags("embedded");
    flags[1] = file.clone();
    let wrong = Workplace::new().file(&file, br#"{ "steps": [{ "expects": "Go away!" }] }"#);
    let mut outputs = vec![
        place
            .backchat(flags.iter().map(String::as_str).chain(["--secret", &given]))
            .output(),
        place
            .backchat(["run", &file, "--list", "--secret", &given])
            .output(),
        wrong.backchat(["run", &file, "--secret", &given]).output(),
        wrong
            .backchat(["check", &file, "--secret", &given])
            .output(),
        wrong
            .backchat([
                "check",
                &file,
                "--message-format",
                "json",
                "--secret",
                &given,
            ])
            .output(),
        place
            .backchat(["run", &format!("{secret}.json"), "--secret", &given])
            .output(),
    ];
    let codes: Vec<_> = outputs.iter().map(|output| output.code).collect();
    assert_eq!(codes, [1, 0, 3, 3, 3, 4].map(Some));
    // What was written without it can be shown without knowing it.
    outputs.push(place.backchat(["report", "show"]).output());
    let mut all = Vec::new();
    for output in &outputs {
        all.push((
            "standard output".to_owned(),
            output.stdout.clone().into_bytes(),
        ));
        all.push((
            "standard error".to_owned(),
            output.stderr.clone().into_bytes(),
        ));
    }
    add_files(&place.path().join("backchat-out"), &mut all);
    add_files(&place.path().join("g.txt"), &mut all);
    assert!(all.len() > 18);
    for (name, bytes) in &all {
        let shown = String::from_utf8_lossy(bytes);
        assert!(!shown.contains("hunter2"), "{name}: {shown}");
    }
}

#[test]
fn what_env_gives_is_a_secret() {
    let server = Server::start(serve);
    let place = Workplace::with_scenario(
        r#"{ "framing": "raw", "steps": [{ "send": "{{ env('PW') }}\n" }, { "expect": "no" }] }"#,
    );
    let flags = flags(&server.target());
    let flags = flags
        .iter()
        .map(String::as_str)
        .chain(["--allow-env", "PW"]);
    let output = place.backchat(flags.clone()).env("PW", SECRET).output();
    output.ends_with(1);
    nothing_of_it(&output, &place);
    place
        .backchat(flags)
        .env("PW", "short")
        .output()
        .ends_with(2)
        .says("the value of `PW`, which --allow-env names, is too short to be hidden")
        .says("--var PW=");
}

#[test]
fn what_a_program_prints_is_hidden_too() {
    let place = Workplace::with_scenario(r#"{ "steps": [{ "expect": "{{ PW }}" }] }"#).file(
        "server.sh",
        b"echo \"got $PW\"; printf %s \"$PW\" | base64 -w 0 >&2; exit 3",
    );
    let mut flags = flags("embedded");
    flags.extend(["--spawn", "sh ./server.sh {port}", "--secret", "PW"].map(str::to_owned));
    let output = place
        .backchat(flags.iter().map(String::as_str))
        .env("PW", SECRET)
        .output();
    output.ends_with(5).says("stdout").says("got *****");
    nothing_of_it(&output, &place);
}

#[test]
fn mistakes_in_files_do_not_show_a_secret_either() {
    let scenario = format!(
        r#"{{ "steps": [{{ "expects": {} }}] }}"#,
        serde_json::to_string(SECRET).expect("JSON")
    );
    let place = Workplace::with_scenario(&scenario);
    let given = format!("pw={SECRET}");
    for flags in [
        &["check", "talk.json"][..],
        &["check", "talk.json", "--message-format", "json"],
        &["check", "talk.json", "--message-format", "short"],
        &["run", "talk.json"],
    ] {
        let flags = flags.iter().copied().chain(["--secret", &given]);
        let output = place.backchat(flags).output();
        output.ends_with(3);
        assert!(
            format!("{}{}", output.stdout, output.stderr).contains("expects"),
            "{output}"
        );
        for (what, part) in forbidden() {
            let shown = format!("{}{}", output.stdout, output.stderr);
            let found = shown
                .as_bytes()
                .windows(part.len())
                .any(|window| window == part);
            assert!(!found, "{what}: {output}");
        }
    }
    // Where only names matter, none needs a value.
    let place = Workplace::with_scenario(r#"{ "steps": [{ "send": "{{ pw }}" }] }"#);
    place
        .backchat(["check", "talk.json", "--secret", "pw"])
        .output()
        .ends_with(0);
    place.backchat(["check", "talk.json"]).output().ends_with(3);
}

#[test]
fn a_secret_that_cannot_be_hidden_is_refused_and_never_shown() {
    let place = Workplace::with_scenario(r#"{ "steps": [{ "expect": "Welcome!" }] }"#);
    for (given, says) in [
        (
            "pw=12345",
            "the value given to --secret is too short to be hidden",
        ),
        // The padding of a value whose name was forgotten.
        (
            "Zsesamee=",
            "the value given to --secret is too short to be hidden",
        ),
        (
            "Zsesamee",
            "(8 bytes, not shown: this may be the value itself) names no variable",
        ),
        (
            "Zsesamee",
            "write --secret NAME=VALUE, --secret NAME where the variable",
        ),
        ("Zsesamee!", "a name is letters"),
        ("1pw=topsecret", "a name is letters"),
        ("seed=topsecret", "built-in name"),
        ("pw", "names no variable of the environment"),
    ] {
        let output = place
            .backchat(["run", "talk.json", "--secret", given])
            .output();
        output.ends_with(2).says(says);
        output.does_not_say("topsecret").does_not_say("sesame");
    }
    place
        .backchat([
            "run",
            "talk.json",
            "--var",
            "pw=x",
            "--secret",
            "pw=topsecret",
        ])
        .output()
        .ends_with(2)
        .says("set by --var");
    place
        .backchat(["run", "talk.json", "--secret-file", "pw=not-there"])
        .output()
        .ends_with(2)
        .says("cannot read not-there");
    place
        .backchat(["run", "talk.json", "--secret", "pw=topsecret"])
        .output()
        .ends_with(0)
        .says("no selected scenario reads `pw`, which --secret sets");
}

#[test]
fn a_secret_in_the_place_of_another_value_is_not_shown() {
    let place = Workplace::with_scenario(r#"{ "steps": [{ "expect": "Welcome!" }] }"#)
        .file("pw.txt", b"topsecret\n");
    for flags in [
        &["--secret", "pw=topsecret", "--timeout", "topsecret"][..],
        &["--secret=pw=topsecret", "--shard", "topsecret"],
        &["--secret", "PW", "--jobs=topsecret"],
        &["--allow-env", "OTHER,PW", "--jobs", "topsecret"],
        &["--secret-file", "pw=pw.txt", "--seed", "topsecret"],
        &["--secret", "pw=topsecret", "--topsecret"],
        &["--secret", "pw=topsecret", "-t", "topsecret"],
        &["--secret", "topsecret", "--timeout", "topsecret"],
    ] {
        let flags = ["run", "talk.json"]
            .into_iter()
            .chain(flags.iter().copied());
        let output = place.backchat(flags).env("PW", "topsecret").output();
        output.ends_with(2).says("*********");
        assert!(!output.stderr.contains("topsecret"), "{output}");
    }
    let output = place
        .backchat(["run", "talk.json", "--secret", "pw=topsecret"])
        .env("BACKCHAT_JOBS", "topsecret")
        .output();
    output
        .ends_with(2)
        .says("*********")
        .does_not_say("topsecret");
}

/// Says what it is told in ways that have no end, in lists of numbers and in references.
fn serve_parts(mut stream: TcpStream) {
    let mut line = Vec::new();
    let _ = BufReader::new(stream.try_clone().expect("a handle")).read_until(b'\n', &mut line);
    let secret = line.strip_suffix(b"\n").unwrap_or(&line);
    let all_but_one = [&secret[..secret.len() - 1], b"!"].concat();
    let list = |one: &dyn Fn(&u8) -> String, between: &str| {
        let numbers: Vec<String> = secret.iter().map(one).collect();
        numbers.join(between).into_bytes()
    };
    let lines = [
        all_but_one,
        secret[..secret.len().div_ceil(2)].to_vec(),
        [&STANDARD.encode(secret).as_bytes()[..8], b"..."].concat(),
        list(&|byte| format!("0x{byte:02x}"), ", "),
        list(&u8::to_string, " "),
        list(&|byte| format!("&#{byte};"), ""),
        list(&|byte| format!("&#X{byte:04X};"), ""),
        list(&|byte| format!("\\{byte:03o}"), ""),
    ];
    let _ = stream.write_all(&lines.join(&b"\r\n"[..]));
    let _ = stream.read(&mut [0]);
}

#[test]
fn a_part_of_a_secret_and_a_list_of_its_bytes_are_in_no_output() {
    const SECRET: &str = "Tok<3n>&\"wet+z/";
    let place = Workplace::with_scenario(
        r#"{ "framing": "raw", "steps": [{ "send": "{{ pw }}\n" }, { "expect": "It is wrong" }] }"#,
    );
    let server = Server::start(serve_parts);
    let given = format!("pw={SECRET}");
    let flags = flags(&server.target());
    let flags = flags.iter().map(String::as_str);
    let output = place.backchat(flags.chain(["--secret", &given])).output();
    output.ends_with(1).shows_nothing_raw();
    let mut all = vec![
        ("standard output".to_owned(), output.stdout.into_bytes()),
        ("standard error".to_owned(), output.stderr.into_bytes()),
    ];
    add_files(&place.path().join("backchat-out"), &mut all);
    add_files(&place.path().join("g.txt"), &mut all);
    for (name, bytes) in &all {
        let shown = String::from_utf8_lossy(bytes);
        for part in [
            "Tok<3n>&",
            "Tok&lt;3n&gt;&amp;",
            "Tok\\u003c3n\\u003e",
            "n>&\\\"wet",
            "VG9rPD",
            "0x54, 0x6f, 0x6b",
            "54 6f 6b 3c 33 6e 3e 26",
            "84 111 107",
            "&#84;&#111;",
            "&#X0054;",
            "\\124\\157",
            "\\\\124\\\\157",
        ] {
            assert!(!shown.contains(part), "{name} has {part}: {shown}");
        }
    }
}

#[test]
fn the_lines_of_a_secret_are_secrets() {
    let place = Workplace::with_scenario(r#"{ "steps": [{ "expect": "{{ key }}" }] }"#)
        .file("key.txt", b"first-line\nother-line\n")
        .file(
            "server.sh",
            b"echo 'got first-line'; echo 'and other-line'; exit 3",
        );
    let mut flags = flags("embedded");
    flags.extend(
        [
            "--spawn",
            "sh ./server.sh {port}",
            "--secret-file",
            "key=key.txt",
        ]
        .map(str::to_owned),
    );
    let output = place.backchat(flags.iter().map(String::as_str)).output();
    output
        .ends_with(5)
        .says("got **********")
        .says("and **********")
        .does_not_say("-line");
}

#[test]
fn a_rerun_asks_for_the_secret_again_and_an_update_writes_none_into_a_file() {
    let scenario = r#"{ "framing": "line", "server": { "reply": "echo", "greeting": null },
        "steps": [{ "send": "{{ pw }}" }, { "expect": "nothing" }] }"#;
    let place = Workplace::with_scenario(scenario);
    let given = format!("pw={SECRET}");
    let output = place
        .backchat(["run", "talk.json", "--secret", &given])
        .output();
    output
        .ends_with(1)
        .says("again  backchat run talk.json --secret pw");
    place
        .backchat(["run", "--rerun-failed"])
        .output()
        .ends_with(2)
        .says("the environment has no `pw`");
    place
        .backchat(["run", "--rerun-failed", "--secret", &given])
        .output()
        .ends_with(1);
    let output = place
        .backchat(["run", "talk.json", "--update", "--secret", &given])
        .output();
    output.ends_with(1).says("a secret stands in it");
    let there = fs::read_to_string(place.path().join("talk.json"));
    assert_eq!(there.expect("a file"), scenario);
}
