//! Where clients connect: to targets by name, and to addresses that scenarios name, as far as these are allowed.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

use crate::harness::{Server, Workplace};

#[test]
fn clients_reach_further_targets_by_name_over_any_transport() {
    let place = Workplace::with_scenario(
        r#"{ "clients": { "main": {}, "control": { "target": "control" }, "dns": { "target": "dns" } }, "steps": [
             { "as": "main", "expect": "Welcome!" },
             { "as": "control", "expect": "control" },
             { "as": "dns", "send": "a" }, { "as": "dns", "expect": "Hello, a!" } ] }"#,
    );
    let (_main, main) = place.serve(&["-l", "127.0.0.1:0", "--framing", "line"]);
    let control = ["-l", "unix:c", "--framing", "line", "--greeting", "control"];
    let (_control, control) = place.serve(&control);
    let (_dns, dns) = place.serve(&["-l", "udp://127.0.0.1:0"]);
    let (control, dns) = (format!("control={control}"), format!("dns={dns}"));
    let run = |targets: &[&str]| {
        let flags = targets.iter().flat_map(|target| ["-t", target]);
        place
            .backchat(["run", "talk.json"].into_iter().chain(flags))
            .output()
    };
    run(&[&main, &control, &dns]).ends_with(0);
    run(&[&dns, &control, &main]).ends_with(0);
    run(&[&main, &main])
        .ends_with(2)
        .says("--target is given twice");
    run(&[&main, &control])
        .ends_with(0)
        .says("client dns talks to a target `dns`, which --target dns=ADDRESS names");
    run(&["control=embedded"])
        .ends_with(2)
        .says("a target with a name is an address");
    run(&[&main, "control=nowhere"])
        .ends_with(2)
        .says("names no port");
}

#[test]
fn a_program_that_is_started_listens_at_several_places() {
    let backchat = env!("CARGO_BIN_EXE_backchat");
    let place = Workplace::with_scenario(
        r#"{ "clients": { "a": {}, "b": { "target": "other" } }, "steps": [
             { "as": "a", "expect": "Welcome!" }, { "as": "b", "expect": "Welcome!" } ] }"#,
    );
    let both = format!(
        "sh -c '\"{backchat}\" serve --framing line -l 127.0.0.1:{{port}} & exec \"{backchat}\" serve --framing line -l 127.0.0.1:{{port:other}}'"
    );
    let at = "other=tcp://127.0.0.1:{port:other}";
    place
        .backchat(["run", "talk.json", "--spawn", &both, "-t", at])
        .output()
        .ends_with(0);
    place
        .backchat(["run", "talk.json", "--spawn", "x {port}", "-t", at])
        .output()
        .ends_with(2)
        .says("the target has {port:other}, and the command to spawn has not");
}

#[test]
fn a_passive_port_is_connected_to_as_ftp_has_it() {
    let data = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = data.local_addr().expect("bound").port();
    let server = Server::start(move |mut control| {
        let mut lines = BufReader::new(control.try_clone().expect("a copy"));
        let mut line = String::new();
        lines.read_line(&mut line).expect("a line");
        let reply = format!(
            "227 Entering Passive Mode (127,0,0,1,{},{})\r\n",
            port >> 8,
            port & 255
        );
        control.write_all(reply.as_bytes()).expect("written");
        let (mut data, _) = data.accept().expect("a connection");
        data.write_all(b"contents").expect("written");
    });
    let place = Workplace::with_scenario(
        r#"{ "framing": { "line": { "ending": "crlf" } },
             "clients": { "control": {}, "data": { "framing": "raw", "address": "{{ target.host }}:{{ high | int * 256 + low | int }}" } },
             "steps": [
               { "as": "control", "send": "PASV" },
               { "as": "control", "expect": { "regex": "\\((?:\\d+,){4}(?<high>\\d+),(?<low>\\d+)\\)$" } },
               { "as": "data", "expect": "contents" },
               { "as": "data", "expect_close": "clean" } ] }"#,
    );
    place
        .backchat(["run", "talk.json", "-t", &server.target()])
        .output()
        .ends_with(0);
}

#[test]
fn other_hosts_and_sockets_are_reached_only_where_they_are_allowed() {
    let talk = |address: &str| {
        format!(
            r#"{{ "clients": {{ "a": {{}}, "b": {{ "address": "{address}" }} }}, "steps": [
                 {{ "as": "a", "expect": "Welcome!" }}, {{ "as": "b", "expect": "Welcome!" }} ] }}"#
        )
    };
    let place = Workplace::new();
    let (_unix, _) = place.serve(&["-l", "unix:s", "--framing", "line"]);
    let (_other, other) = place.serve(&["-l", "[::1]:0", "--framing", "line"]);
    let place = place
        .file("unix.json", talk("unix:s").as_bytes())
        .file("other.json", talk(&other).as_bytes());
    let run = |file: &str, flags: &[&str]| {
        let flags = flags.iter().copied();
        place
            .backchat(["run", file].into_iter().chain(flags))
            .output()
    };
    run("unix.json", &[])
        .ends_with(1)
        .says("error[BC2041]: address not allowed at step 2 of 2")
        .says("unix:s is no address of a target")
        .says("--allow-host");
    run("unix.json", &["--allow-host", "unix:./s"]).ends_with(0);
    run("unix.json", &["--allow-host", "unix:t"]).ends_with(1);
    run("other.json", &[]).ends_with(1).says("BC2041");
    run("other.json", &["--allow-host", "::1"]).ends_with(0);
    run("other.json", &["--allow-host", "[::1]"]).ends_with(0);
    run("other.json", &["--allow-host", "127.0.0.1:80"])
        .ends_with(2)
        .says("write a host without a port, or unix:PATH");
    // A refusal that is expected is not one of ours.
    let refused = r#"{ "clients": { "a": { "address": "192.0.2.1:1" } }, "steps": [{ "connect": "unreachable" }] }"#;
    let place = place.file("refused.json", refused.as_bytes());
    place
        .backchat(["run", "refused.json"])
        .output()
        .ends_with(1)
        .says("BC2041");
}
