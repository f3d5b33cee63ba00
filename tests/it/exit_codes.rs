//! What files that are missing or wrong, and peers that are not there, come to: the tables of `docs/exit-codes.md`.

use std::net::UdpSocket;

use crate::harness::Workplace;

const PASSES: &str = r#"{ "steps": [{ "expect": "Welcome!" }] }"#;

/// Flags that name a file, each as words in which `FILE` stands for it.
const FILES: [&str; 11] = [
    "run talk.json --config FILE",
    "run talk.json --health FILE",
    "run talk.json --tls-ca FILE",
    "run talk.json --tls-cert FILE --tls-key FILE",
    "run talk.json --secret-file pw=FILE",
    "run talk.json --spawn=./x{port} --ready-when scenario:FILE",
    "run talk.json --spawn=./x{port}{file:FILE}",
    "check --config FILE",
    "serve --listen tls://127.0.0.1:0 --tls-cert FILE",
    "serve --listen tls://127.0.0.1:0 --tls-cert FILE --tls-key FILE",
    "corpus --from FILE --target session",
];

#[test]
fn a_file_that_a_flag_names_and_that_is_not_there_or_cannot_be_read_ends_with_2() {
    let place = Workplace::with_scenario(PASSES).folder("folder");
    for words in FILES {
        for file in ["no-such-file", "folder"] {
            let output = place
                .backchat(words.replace("FILE", file).split(' '))
                .output();
            output.ends_with(2).says(file);
        }
    }
    // What is selected is no value of a flag.
    for words in ["run FILE", "check FILE", "fmt FILE"] {
        for file in ["no-such-file", "folder"] {
            place
                .backchat(words.replace("FILE", file).split(' '))
                .output()
                .ends_with(4);
        }
    }
}

#[test]
fn a_file_that_a_flag_names_and_that_has_mistakes_ends_with_3() {
    let place = Workplace::with_scenario(PASSES).file("bad", b"{ this is nothing");
    // Whatever is in a secret, in settings or in an input is none.
    let any = ["--secret-file", "{file:", "--from"];
    for words in FILES
        .iter()
        .filter(|words| !any.iter().any(|any| words.contains(any)))
    {
        let output = place
            .backchat(words.replace("FILE", "bad").split(' '))
            .output();
        output.ends_with(3).says("bad");
    }
    // One that another file names.
    let place = place.file(
        "backchat.json",
        br#"{ "suites": { "s": { "paths": ["talk.json"], "health": "none.json" } } }"#,
    );
    place
        .backchat(["run"])
        .output()
        .ends_with(3)
        .says("none.json");
}

#[test]
fn over_packets_nobody_there_is_a_failure_and_no_missing_connection() {
    let place = Workplace::with_scenario(r#"{ "steps": [{ "send": "a" }, { "expect": "b" }] }"#);
    let nobody = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let address = format!("udp://{}", nobody.local_addr().expect("bound"));
    drop(nobody);
    place
        .backchat(["run", "talk.json", "--target", &address])
        .output()
        .ends_with(1)
        .says("refused instead of a reply");
}
