//! Changes to a scenario file that a fuzzer of bytes seldom hits on: whole steps, keys and values.
//!
//! A pure function of the file and a seed, as libFuzzer wants it. What comes out is JSON in which most keys stand where
//! they belong, so that most of it gets past the reader's first look.

use super::tree::Node;
use crate::corpus::{Random, quoted};
use crate::scenario::{ReadOptions, read};

/// The keys under which lists of steps stand.
const STEP_LISTS: [&str; 3] = ["steps", "finally", "repeat"];

/// Steps that are right by themselves, in a scenario with one client.
const STEPS: [&str; 26] = [
    r#"{"expect":"Welcome!"}"#,
    r#"{"send":"Rose"}"#,
    r#"{"send":"Rose","split":[1,2],"pace":"1us"}"#,
    r#"{"send":["a",{"hex":"00ff"},{"repeat":"b","times":3}]}"#,
    r#"{"send_bytes":"half","split":"random"}"#,
    r#"{"send":"x","may_fail":true}"#,
    r#"{"expect":{"prefix":"Hello, ","suffix":"!"}}"#,
    r#"{"expect":{"any":true},"within":"1s"}"#,
    r#"{"expect":{"regex":"^(?<name>\\w+)$"},"note":"a"}"#,
    r#"{"expect":{"not":{"contains":"x"}},"capture":"kept"}"#,
    r#"{"expect":{"one_of":["a",{"all":[{"length":1},"b"]}]}}"#,
    r#"{"expect_bytes":{"length":3,"capture":"three"}}"#,
    r#"{"expect":{"any":true,"capture":{"id":"/a/0"}}}"#,
    r#"{"expect_bytes":"\r\n"}"#,
    r#"{"expect_silence":"5ms"}"#,
    r#"{"expect_silence":{"probe":{"send":"Rose","expect":{"contains":"Rose"}}}}"#,
    r#"{"wait":"1ms"}"#,
    r#"{"note":"alone"}"#,
    r#"{"repeat":[{"send":"{{ i }}"},{"expect":{"any":true}}],"times":2,"index":"i"}"#,
    r#"{"expect_close":["clean","reset"],"then":"open"}"#,
    r#"{"set":{"n":"{{ 1 + 1 }}"}}"#,
    r#"{"assert":"{{ 1 < 2 }}","when":"{{ true }}"}"#,
    r#"{"send":[{"sized":"a","width":2},{"json":{"k":[1]}},{"random":2}]}"#,
    r#"{"expect":["a",{"length":1},{"prefix":"b"}]}"#,
    r#"{"close":"write"}"#,
    r#"{"connect":true}"#,
];

/// What a step, a condition or a file may have beside what it has.
const MEMBERS: [(&str, &str); 24] = [
    ("note", r#""n""#),
    ("within", r#""5ms""#),
    ("as", r#""client""#),
    ("capture", r#""name""#),
    ("split", "1"),
    ("pace", r#""1ms""#),
    ("may_fail", "true"),
    ("times", "2"),
    ("index", r#""i""#),
    ("then", r#""open""#),
    ("when", r#""{{ name == 1 }}""#),
    ("prefix", r#""a""#),
    ("contains", r#"{"hex":"00"}"#),
    ("regex", r#""(?<b>.)""#),
    ("length", r#"{"min":1,"max":9}"#),
    ("not", r#""a""#),
    ("example", r#""a1""#),
    ("name", r#""{{ name }}""#),
    ("vars", r#"{"name":"Rose"}"#),
    ("cases", r#"[{"name":"Rose"},{"name":"Think"}]"#),
    ("ignore", r#"[{"prefix":"PING"}]"#),
    ("framing", r#"{"line":{"ending":"crlf"}}"#),
    ("framing", r#""raw""#),
    ("finally", r#"[{"send":"exit"}]"#),
];

/// Values that are at some edge.
const WORDS: [&str; 20] = [
    "0",
    "1",
    "2",
    "-1",
    "1.5",
    "1e9",
    "18446744073709551616",
    "true",
    "false",
    "null",
    r#""""#,
    r#""a""#,
    r#""{{ name }}""#,
    r#""{{ 1 + 1 }}""#,
    r#""raw""#,
    r#""line""#,
    r#""1ms""#,
    r#""1h""#,
    r#""any""#,
    r#""clean""#,
];

/// What is put into texts.
const TEXTS: [&str; 10] = [
    "{{ name }}",
    "{{",
    "}}",
    "é",
    "\u{1f600}",
    "\n",
    "(?<name>.)",
    "$",
    "0",
    "a",
];

/// How many changes are tried until one makes neither a file that is too long nor, mostly, one with mistakes.
const TRIES: u32 = 4;

/// Changes the scenario file in `data[..size]` in place; says how long it is now, at most `max_size`.
///
/// `None`: nothing is changed, because it is no JSON, has no room, or the seed says that it is the turn of changes to bytes.
#[must_use]
pub fn mutate_scenario(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> Option<usize> {
    let mut random = Random::of(seed);
    if random.below(5) == 0 {
        return None;
    }
    let tree = Node::parse(std::str::from_utf8(data.get(..size)?).ok()?)?;
    let mut written = None;
    for _ in 0..TRIES {
        let mut changed = tree.clone();
        // One change mostly: a file that is read leads further than one with three mistakes.
        for _ in 0..=random.below(4) / 2 * random.below(3) {
            change(&mut changed, &mut random);
        }
        if changed == tree {
            continue;
        }
        written = write(&changed, data, max_size).or(written);
        let file = written.and_then(|size| data.get(..size));
        // Of files with mistakes there is plenty; what only a right one reaches takes many right ones.
        if file.is_some_and(|file| random.below(4) == 0 || is_read(file)) {
            break;
        }
    }
    written
}

/// Puts a file with steps of both into `out`; says how long it is, 0 where that cannot be done.
#[must_use]
pub fn cross_scenarios(one: &[u8], other: &[u8], out: &mut [u8], seed: u32) -> usize {
    let mut random = Random::of(seed);
    let parsed = |file| Node::parse(std::str::from_utf8(file).ok()?);
    let (Some(mut tree), Some(mut other)) = (parsed(one), parsed(other)) else {
        return 0;
    };
    let Some(steps) = any_steps(&mut other, &mut random).filter(|steps| !steps.is_empty()) else {
        return 0;
    };
    let begin = random.index(steps.len());
    let len = 1 + random.index(steps.len() - begin);
    let Some(list) = any_steps(&mut tree, &mut random) else {
        return 0;
    };
    let at = random.index(list.len() + 1);
    list.splice(at..at, steps[begin..begin + len].iter().cloned());
    let room = out.len();
    write(&tree, out, room).unwrap_or(0)
}

/// Whether a file is a scenario without mistakes.
fn is_read(file: &[u8]) -> bool {
    let options = ReadOptions {
        vars: vec!["name".to_owned()],
        ..ReadOptions::default()
    };
    read("changed.json", file, &options).is_ok()
}

/// Writes the text of a tree where it has room.
fn write(tree: &Node, out: &mut [u8], max_size: usize) -> Option<usize> {
    let mut text = String::new();
    tree.print(&mut text);
    let room = out.get_mut(..text.len().min(max_size))?;
    if room.len() < text.len() {
        return None;
    }
    room.copy_from_slice(text.as_bytes());
    Some(text.len())
}

fn change(tree: &mut Node, random: &mut Random) {
    if random.below(8) < 5 {
        change_steps(tree, random);
    } else {
        change_value(tree, random);
    }
}

/// One of the lists of steps.
fn any_steps<'t>(tree: &'t mut Node, random: &mut Random) -> Option<&'t mut Vec<Node>> {
    let lists = tree.count_lists(&STEP_LISTS);
    let mut nth = random.below(lists.max(1));
    tree.nth_list_mut(&STEP_LISTS, &mut nth)
}

/// One of the values.
fn any_value<'t>(tree: &'t mut Node, random: &mut Random) -> Option<&'t mut Node> {
    let mut nth = random.below(tree.count());
    tree.nth_mut(&mut nth)
}

/// A step that is right by itself.
fn any_step(random: &mut Random) -> Option<Node> {
    Node::parse(random.one_of(&STEPS))
}

fn change_steps(tree: &mut Node, random: &mut Random) {
    let copied = any_steps(tree, random).and_then(|list| {
        let at = random.index(list.len());
        list.get(at).cloned()
    });
    let Some(list) = any_steps(tree, random) else {
        return;
    };
    let at = random.index(list.len());
    let between = random.index(list.len() + 1);
    match random.below(8) {
        0 | 1 => list
            .splice(between..between, any_step(random))
            .for_each(drop),
        2 => list.splice(between..between, copied).for_each(drop),
        _ if list.is_empty() => {}
        3 => drop(list.remove(at)),
        4 => {
            let other = random.index(list.len());
            list.swap(at, other);
        }
        5 => list.splice(at..=at, any_step(random)).for_each(drop),
        6 => {
            // Some steps in a row, or all that are left, become one that repeats them.
            let len = 1 + random.index(list.len() - at);
            let repeated = list.drain(at..at + len).collect();
            let times = Node::Word((1 + random.below(3)).to_string());
            let members = [("repeat", Node::List(repeated)), ("times", times)];
            let members = members.map(|(key, value)| (key.to_owned(), value));
            list.insert(at, Node::Object(members.into()));
        }
        _ => {
            if let (Some(Node::Object(members)), Some(Node::Object(more))) =
                (list.get_mut(at), any_step(random))
            {
                members.extend(more);
            }
        }
    }
}

fn change_value(tree: &mut Node, random: &mut Random) {
    let copied = any_value(tree, random).cloned();
    let Some(value) = any_value(tree, random) else {
        return;
    };
    if random.below(8) == 0 {
        *value = copied.unwrap_or_else(|| value.clone());
        return;
    }
    match value {
        Node::Object(members) => change_members(members, random),
        Node::List(list) if !list.is_empty() => {
            let (at, other) = (random.index(list.len()), random.index(list.len()));
            match random.below(3) {
                0 => drop(list.remove(at)),
                1 => list.insert(other, list[at].clone()),
                _ => list.swap(at, other),
            }
        }
        Node::List(list) => list.extend(copied),
        Node::Word(word) => change_word(word, value_wrapped(random), random),
    }
}

/// What a value is put into now and then: what stands before and behind it.
fn value_wrapped(random: &mut Random) -> Option<(&'static str, &'static str)> {
    const AROUND: [(&str, &str); 6] = [
        (r#"{"not":"#, "}"),
        (r#"{"all":["#, "]}"),
        (r#"{"prefix":"#, "}"),
        (r#"{"literal":"#, "}"),
        (r#"{"repeat":"#, r#","times":2}"#),
        ("[", "]"),
    ];
    (random.below(4) == 0).then(|| random.one_of(&AROUND))
}

fn change_members(members: &mut Vec<(String, Node)>, random: &mut Random) {
    let at = random.index(members.len());
    let (key, text) = random.one_of(&MEMBERS);
    match random.below(4) {
        0 if !members.is_empty() => drop(members.remove(at)),
        1 if !members.is_empty() => members[at].0 = key.to_owned(),
        2 if !members.is_empty() => {
            let other = random.index(members.len());
            members.swap(at, other);
        }
        _ => members.extend(Node::parse(text).map(|value| (key.to_owned(), value))),
    }
}

fn change_word(word: &mut String, around: Option<(&str, &str)>, random: &mut Random) {
    if let Some((before, behind)) = around {
        *word = format!("{before}{word}{behind}");
        return;
    }
    let text = word
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    let Some(text) = text.filter(|_| random.below(2) == 0) else {
        *word = random.one_of(&WORDS).to_owned();
        return;
    };
    // At the begin or at the end: anywhere else might be inside of an escape.
    let more = quoted(random.one_of(&TEXTS));
    let more = more.trim_matches('"');
    *word = match random.below(3) {
        0 => format!("\"{more}{text}\""),
        1 => format!("\"{text}{more}\""),
        _ => format!("\"{text}{text}\""),
    };
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    /// The files a fuzzer begins with.
    fn seeds() -> Vec<Vec<u8>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/scenario_json");
        let mut paths: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        paths.iter().map(|path| fs::read(path).unwrap()).collect()
    }

    fn mutated(file: &[u8], max_size: usize, seed: u32) -> Option<Vec<u8>> {
        let mut data = file.to_vec();
        data.resize(file.len().max(max_size), 0);
        let size = mutate_scenario(&mut data, file.len(), max_size, seed)?;
        assert!(size <= max_size, "{size} of {max_size} bytes");
        data.truncate(size);
        Some(data)
    }

    fn is_json(file: &[u8]) -> bool {
        std::str::from_utf8(file).is_ok_and(|text| Node::parse(text).is_some())
    }

    #[test]
    fn every_step_of_the_dictionary_is_right() {
        for step in STEPS {
            let file = format!(r#"{{"framing":"line","steps":[{{"expect":"a"}},{step}]}}"#);
            // One connects, which needs a connection that is closed.
            let file = if step.contains("connect") {
                file.replace(r#"{"expect":"a"}"#, r#"{"close":"clean"}"#)
            } else {
                file
            };
            assert!(is_read(file.as_bytes()), "{file}");
        }
        for (_, value) in MEMBERS {
            assert!(Node::parse(value).is_some(), "{value}");
        }
        for word in WORDS {
            assert!(matches!(Node::parse(word), Some(Node::Word(_))), "{word}");
        }
    }

    #[test]
    fn all_that_comes_out_is_json_and_most_is_a_scenario() {
        let (mut changes, mut others, mut read) = (0, 0, 0);
        for file in seeds().iter().filter(|file| is_read(file)) {
            for seed in 0..400 {
                let Some(changed) = mutated(file, 1024, seed) else {
                    continue;
                };
                let text = String::from_utf8_lossy(&changed);
                assert!(is_json(&changed), "{text}");
                changes += 1;
                let printed = Node::parse(std::str::from_utf8(file).unwrap());
                others += usize::from(printed != Node::parse(&text));
                read += usize::from(is_read(&changed));
            }
        }
        assert!(changes > 1500, "only {changes} changes");
        assert_eq!(others, changes, "something is changed");
        assert!(read * 3 > changes * 2, "{read} of {changes} are read");
    }

    #[test]
    fn the_same_seed_makes_the_same_change() {
        for file in seeds() {
            for seed in 0..50 {
                assert_eq!(mutated(&file, 512, seed), mutated(&file, 512, seed));
            }
        }
    }

    #[test]
    fn steps_of_two_files_come_together() {
        let (one, other) = (
            br#"{"steps":[{"send":"a"}]}"#,
            br#"{"steps":[{"send":"b"}]}"#,
        );
        let mut out = [0; 64];
        let mut found = Vec::new();
        for seed in 0..20 {
            let len = cross_scenarios(one, other, &mut out, seed);
            found.push(String::from_utf8(out[..len].to_vec()).unwrap());
        }
        assert!(found.contains(&r#"{"steps":[{"send":"a"},{"send":"b"}]}"#.to_owned()));
        assert!(found.contains(&r#"{"steps":[{"send":"b"},{"send":"a"}]}"#.to_owned()));
        assert_eq!(cross_scenarios(one, b"", &mut out, 1), 0);
        assert_eq!(cross_scenarios(one, other, &mut out[..20], 1), 0, "no room");
    }

    #[test]
    fn a_file_without_room_or_sense_is_left_alone() {
        for seed in 0..50 {
            assert_eq!(mutated(br#"{"steps":[{"send":"long"}]}"#, 1, seed), None);
            assert_eq!(mutated(b"", 100, seed), None);
            assert_eq!(mutated(b"\xff", 100, seed), None);
            assert_eq!(mutated(b"{", 100, seed), None);
            assert_eq!(mutate_scenario(&mut [], 1, 1, seed), None);
        }
    }

    proptest! {
        #[test]
        fn whatever_the_file_and_the_room_it_is_changed_or_left_alone(
            nth in any::<prop::sample::Index>(),
            cut in 0_usize..2000,
            max_size in 0_usize..1200,
            noise in proptest::collection::vec(any::<u8>(), 0..4),
            seeds_of in proptest::collection::vec(any::<u32>(), 1..12),
        ) {
            let seeds = seeds();
            let mut file = nth.get(&seeds).clone();
            file.splice(cut.min(file.len())..cut.min(file.len()), noise);
            for seed in seeds_of {
                if let Some(changed) = mutated(&file, max_size, seed) {
                    prop_assert!(is_json(&changed));
                    file = changed;
                }
            }
        }
    }
}
