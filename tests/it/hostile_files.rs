//! Files that are made to do harm, or were broken on their way: a clear error at once, and nothing is sent.

use std::fmt::Write as _;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::harness::{Output, Server, Workplace};

/// How long a file may take, in a build without optimization beside other tests: far more than it does.
const AT_ONCE: Duration = Duration::from_secs(20);

/// How much is said of one file at most: a thousand mistakes, each with its line.
const MOST_SAID: usize = 1 << 20;

/// A scenario with these steps.
fn steps(steps: &str) -> Vec<u8> {
    with("", steps)
}

/// A scenario with these keys and steps.
fn with(keys: &str, steps: &str) -> Vec<u8> {
    format!("{{ {keys} \"steps\": [{steps}] }}").into()
}

/// A text, so many times, each with its number.
fn each(count: usize, mut one: impl FnMut(&mut String, usize)) -> String {
    let mut text = String::new();
    for n in 0..count {
        text.push_str(if n > 0 { "," } else { "" });
        one(&mut text, n);
    }
    text
}

/// Plays a file at a server, whom nobody may call.
#[track_caller]
fn play(place: Workplace, bytes: &[u8]) -> Output {
    let server = Server::start(|_| panic!("somebody connects"));
    let began = Instant::now();
    let output = place
        .file("t/talk.json", bytes)
        .backchat(["run", "t/talk.json", "-t", &server.target()])
        .output();
    output.shows_nothing_raw();
    assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());
    assert_eq!(server.connections(), 0, "nothing is sent");
    assert!(output.stderr.len() < MOST_SAID, "{}", output.stderr.len());
    output
}

#[track_caller]
fn refused(bytes: &[u8], says: &str) {
    play(Workplace::new(), bytes).ends_with(3).says(says);
}

#[test]
fn what_is_no_text() {
    let utf16 = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let text = "{\"steps\":[{\"wait\":\"1s\"}]}";
        text.encode_utf16().flat_map(bytes).collect()
    };
    let marked = |mark: &[u8], text: Vec<u8>| [mark, &text].concat();
    for (bytes, says) in [
        (vec![0; 1 << 20], "it begins with a NUL byte"),
        (
            steps("{\"send\": \"a\0b\"}"),
            "a control character inside a string",
        ),
        (
            marked(b"\xef\xbb\xbf", steps("")),
            "begins with a byte order mark",
        ),
        (
            marked(b"\xff\xfe", utf16(u16::to_le_bytes)),
            "the file is UTF-16 text",
        ),
        (
            marked(b"\xfe\xff", utf16(u16::to_be_bytes)),
            "the file is UTF-16 text",
        ),
        (utf16(u16::to_le_bytes), "UTF-16 or UTF-32 text"),
        (utf16(u16::to_be_bytes), "UTF-16 or UTF-32 text"),
        (b"{\0\0\0\"\0\0\0".to_vec(), "UTF-16 or UTF-32 text"),
        (b"\0\0\0{\0\0\0\"".to_vec(), "UTF-16 or UTF-32 text"),
        (
            b"{\"steps\":[{\"send\":\"\xe9\"}]}".to_vec(),
            "the file is not UTF-8 text",
        ),
        (
            b"{\"steps\":[{\"send\":\"\xc0\xaf\"}]}".to_vec(),
            "overlong form",
        ),
        (b"\x7fELF\x02\x01\x01\0".to_vec(), "error[BC100"),
        (Vec::new(), "the file is empty"),
        (b" \n".repeat(5000), "the file is empty"),
        (b"/*".repeat(50_000), "error[BC1002]"),
    ] {
        refused(&bytes, says);
    }
}

#[test]
fn what_is_nested_without_end() {
    let nested = |open: &str, inside: &str, close: &str, times: usize| {
        format!("{}{inside}{}", open.repeat(times), close.repeat(times))
    };
    for (bytes, says) in [
        (b"[".repeat(1_000_000), "nested deeper than 128 levels"),
        (b"{\"a\":".repeat(300_000), "nested deeper than 128 levels"),
        (
            steps(&format!(
                "{{\"send\":{{\"json\":{}}}}}",
                nested("[", "", "]", 200)
            )),
            "nested deeper than 128 levels",
        ),
        (
            steps(&format!(
                "{{\"expect\":{}}}",
                nested("{\"not\":", "\"x\"", "}", 200)
            )),
            "nested deeper than 128 levels",
        ),
        (
            steps(&format!(
                "{{\"send\":\"{{{{ {} }}}}\"}}",
                nested("(", "1", ")", 2000)
            )),
            "recursion limit",
        ),
        (
            steps(&format!(
                "{{\"expect\":{{\"regex\":\"{}\"}}}}",
                "(".repeat(100_000)
            )),
            "unclosed group",
        ),
        (
            steps(&format!(
                "{{\"expect\":{{\"any\":true,\"capture\":{{\"x\":\"{}\"}}}}}}",
                "/a".repeat(500_000)
            )),
            "at most 128 levels deep",
        ),
    ] {
        refused(&bytes, says);
    }
}

#[test]
fn what_is_too_large_a_number() {
    for (step, says) in [
        ("{\"send\":{\"repeat\":\"x\",\"times\":1000000000000000000}}".to_owned(), "a message has at most 67108864"),
        ("{\"send\":{\"repeat\":{\"repeat\":\"ab\",\"times\":1000000000000000000},\"times\":1000000000000000000}}".to_owned(), "a message has at most 67108864"),
        ("{\"repeat\":[{\"send\":\"x\"}],\"times\":1000000000000000000}".to_owned(), "1000000000000000000 steps are played up to here; a conversation has at most 1000000"),
        ("{\"send\":{\"random\":9223372036854775808}}".to_owned(), "`random` cannot be"),
        (format!("{{\"send\":{{\"u64\":{}}}}}", "9".repeat(100_000)), "`u64` cannot be `9999"),
        (format!("{{\"expect\":{{\"length\":1{}}}}}", "0".repeat(30)), "`length` cannot be"),
        (format!("{{\"wait\":\"{}s\"}}", "9".repeat(1000)), "longer than 24 hours"),
        ("{\"send\":\"abc\",\"split\":[1,99999999999]}".to_owned(), "an entry of `split` cannot be"),
    ] {
        refused(&steps(&step), says);
    }
    let framing = "\"framing\":{\"length_prefixed\":{\"adjust\":-9223372036854775808}},";
    refused(&with(framing, "{\"wait\":\"1s\"}"), "`adjust` cannot be");
}

#[test]
fn rounds_in_rounds_are_counted_and_those_that_may_be_fewer_are_not() {
    let rounds = |levels: usize| {
        let open = "{\"repeat\":[".repeat(levels);
        let close = "],\"times\":1000}".repeat(levels);
        steps(&format!("{open}{{\"send\":\"x\"}}{close}"))
    };
    refused(&rounds(3), "1000000000 steps are played up to here");
    refused(&rounds(30), "more than 10^19 steps are played");
    let place = Workplace::new().file("talk.json", &rounds(3));
    let check = |flags: &[&str]| {
        let words = ["check", "talk.json"]
            .into_iter()
            .chain(flags.iter().copied());
        place.backchat(words).output()
    };
    check(&[]).ends_with(3);
    check(&["--max-steps", "1000000000"]).ends_with(0);
    let unknown = "{\"repeat\":[{\"send\":\"x\"}],\"times\":1000000000,\"when\":\"{{ n > 5 }}\"}";
    Workplace::with_scenario(
        &String::from_utf8(with("\"vars\":{\"n\":1},", unknown)).expect("text"),
    )
    .backchat(["run", "talk.json"])
    .output()
    .ends_with(0);
}

#[test]
fn patterns_that_blow_up() {
    let many = (0..20_000).fold(String::new(), |mut text, n| {
        let _ = write!(text, "|x{n}.*y");
        text
    });
    for pattern in ["((a{1000}){1000}){1000}", "(?u)\\\\w{5000}", &many] {
        let step = format!("{{\"expect\":{{\"regex\":\"{pattern}\"}}}}");
        refused(
            &steps(&step),
            "the pattern compiles to more than 1048576 bytes",
        );
    }
}

#[test]
fn templates_that_loop_or_grow() {
    let vars = |vars: &str| with(&format!("\"vars\":{{{vars}}},"), "{\"send\":\"{{ a }}\"}");
    refused(
        &vars(r#""a":"{{ b }}","b":"{{ a }}""#),
        "read before it is set",
    );
    refused(&vars(r#""a":"{{ a }}""#), "read before it is set");
    refused(
        &vars(r#""a":"{{ range(1000000000) }}""#),
        "there is no function `range`",
    );
    refused(
        &steps(&format!("{{\"send\":\"{}\"}}", "{{".repeat(100_000))),
        "never closed",
    );
    for value in [
        "{{ 'x' * 10000000000000 }}",
        "{{ [1] * 1000000000 }}",
        "{{ 10 ** 1000000000 }}",
    ] {
        refused(&vars(&format!("\"a\":\"{value}\"")), "cannot be computed");
    }
    // What is other each time is computed when it is played, and ends the conversation before it has begun.
    for value in [
        "{{ random(9000000000000000) }}",
        "{{ random(9223372036854775808) }}",
    ] {
        let output = play(Workplace::new(), &vars(&format!("\"a\":\"{value}\"")));
        output.ends_with(1).says("cannot be computed");
    }
    let grows = each(6, |text, n| {
        let _ = write!(text, "\"a{}\":\"{{{{ a{n} * 1000 }}}}\"", n + 1);
    });
    refused(
        &vars(&format!(
            "\"a0\":\"aaaaaaaaaa\",{grows},\"a\":\"{{{{ a6 }}}}\""
        )),
        "cannot be computed",
    );
}

#[test]
fn very_many_of_anything() {
    let clients = each(70_000, |text, n| {
        let _ = write!(text, "\"c{n}\"");
    });
    let wait = "{\"as\":\"c1\",\"wait\":\"1s\"}";
    refused(
        &with(&format!("\"clients\":[{clients}],"), wait),
        "more than 65535 clients",
    );
    let names = each(70_000, |text, n| {
        let _ = write!(text, "{{\"set\":{{\"n{n}\":1}}}}");
    });
    refused(&steps(&names), "the file has more than 65535 names");
    let alternatives = each(70_000, |text, n| {
        let _ = write!(text, "\"a{n}\"");
    });
    let step = format!("{{\"expect\":{{\"one_of\":[{alternatives}]}}}}");
    refused(&steps(&step), "a step has at most 65535");
    let keys = each(100_000, |text, n| {
        let _ = write!(text, "\"k{n}\":1");
    });
    refused(
        format!("{{{keys}}}").as_bytes(),
        "99001 more mistakes are not shown",
    );
    let mistakes = each(50_000, |text, _| text.push_str("{\"exepct\":\"x\"}"));
    refused(&steps(&mistakes), "49000 more mistakes are not shown");
}

#[test]
fn other_files_that_must_not_be_touched() {
    let include = |path: &str| steps(&format!("{{\"include\":\"{path}\"}}"));
    let linked = |to: &str| {
        let place = Workplace::new().folder("t");
        symlink(to, place.path().join("t/_link")).expect("a link");
        place
    };
    let fifo = || {
        let place = Workplace::new().folder("t");
        let made = Command::new("mkfifo")
            .arg(place.path().join("t/_fifo"))
            .status();
        assert!(made.expect("mkfifo").success());
        place
    };
    let cycle = || {
        Workplace::new()
            .file("t/_a.json", &include("_b.json"))
            .file("t/_b.json", &include("_a.json"))
    };
    for (place, path, says) in [
        (
            Workplace::new(),
            "/etc/passwd",
            "`/etc/passwd`: not a relative path",
        ),
        (Workplace::new(), "/dev/zero", "not a relative path"),
        (
            Workplace::new(),
            "../../../../../../etc/passwd",
            "leads out of the tree",
        ),
        (Workplace::new(), "..", "leads out of the tree"),
        (Workplace::new(), ".", "a folder, not a file"),
        (
            Workplace::new().folder("t/x.json"),
            "x.json",
            "a folder, not a file",
        ),
        (Workplace::new(), "talk.json", "includes itself"),
        (
            linked("/etc/passwd"),
            "_link",
            "is a link that leads out of the tree",
        ),
        (
            linked("/dev/zero"),
            "_link",
            "is a link that leads out of the tree",
        ),
        (linked("../.."), "_link/etc/passwd", "error[BC1032]"),
        (linked("_link"), "_link", "links"),
        (fifo(), "_fifo", "not a regular file"),
        (cycle(), "_a.json", "includes itself"),
        (Workplace::new(), "a\\u0000b", "not a relative path"),
    ] {
        let output = play(place, &include(path));
        output.ends_with(3).says(says);
        assert!(!output.stderr.contains("root:"), "{output}");
    }
}

#[test]
fn what_looks_like_a_scenario_by_its_name_only() {
    let place = Workplace::new()
        .file("t/a.json", &steps("{\"expect\":\"Welcome!\"}"))
        .folder("t/x.json");
    let made = Command::new("mkfifo")
        .arg(place.path().join("t/b.json"))
        .status();
    assert!(made.expect("mkfifo").success());
    symlink("nowhere.json", place.path().join("t/c.json")).expect("a link");
    place
        .backchat(["run", "t"])
        .output()
        .ends_with(0)
        .says("1 run: 1 passed");
    place
        .backchat(["run", "t/b.json"])
        .output()
        .ends_with(3)
        .says("it is no regular file");
    place
        .backchat(["check", "t/c.json"])
        .output()
        .ends_with(4)
        .says("no such file");
}

#[test]
fn a_file_of_300_mib_is_not_read_to_its_end() {
    let place = Workplace::new().folder("t");
    let path = place.path().join("t/talk.json");
    let file = std::fs::File::create(&path).expect("a file");
    // A hole: it takes no room on the disk.
    file.set_len(300 << 20).expect("its length");
    let began = Instant::now();
    place
        .backchat(["run", "t/talk.json"])
        .output()
        .ends_with(3)
        .says("the file has more than 67108864 bytes");
    assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());
}
