//! Other files: what a scenario takes from them, and where their mistakes are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use crate::scenario::table::{Rows, TableError};
use crate::scenario::{
    Diagnostics, FileError, Files, MAX_INCLUDED, MAX_NAMED, OtherFile, Payload, ReadOptions,
    Scenario, Value, Verb, read_with,
};

/// Files in memory, by their whole paths.
#[derive(Debug, Default)]
struct Memory(BTreeMap<PathBuf, Vec<u8>>);

impl Files for Memory {
    fn read(&self, from: Option<&Path>, path: &str, limit: usize) -> Result<OtherFile, FileError> {
        let folder = from.and_then(Path::parent).unwrap_or_else(|| Path::new(""));
        let place = folder.join(path);
        let bytes = self.0.get(&place).ok_or_else(|| FileError {
            message: "no such file".into(),
            label: "not there".into(),
            help: None,
        })?;
        Ok(OtherFile {
            name: place.display().to_string(),
            bytes: bytes.iter().copied().take(limit + 1).collect(),
            place,
        })
    }
}

fn memory(files: &[(&str, &str)]) -> Memory {
    let files = files.iter();
    Memory(
        files
            .map(|(path, text)| ((*path).into(), text.as_bytes().to_vec()))
            .collect(),
    )
}

fn outcome(text: &str, files: &[(&str, &str)]) -> Result<(Scenario, Diagnostics), Diagnostics> {
    let options = ReadOptions::default();
    read_with("main.json", text.as_bytes(), &options, &memory(files))
}

fn accept(text: &str, files: &[(&str, &str)]) -> Scenario {
    match outcome(text, files) {
        Ok((scenario, warnings)) => {
            assert!(warnings.list.is_empty(), "{:#?}", warnings.list);
            scenario
        }
        Err(mistakes) => panic!("{text}\n{:#?}", mistakes.list),
    }
}

/// Checks all that is wrong: `BC1019 _a.csv:2:5 from main.json:1:3 the words`.
#[track_caller]
fn check(text: &str, files: &[(&str, &str)], expected: &[&str]) {
    let found = outcome(text, files).map(|_| ()).expect_err("mistakes");
    let place = |span: crate::scenario::Span| {
        let source = &found.sources[usize::from(span.file)];
        let (line, column) = source.line_column(span.start);
        format!("{}:{line}:{column}", source.name)
    };
    let lines: Vec<String> = found
        .list
        .iter()
        .map(|found| {
            let at = found.span.map(place).unwrap_or_default();
            let from: Vec<_> = found.included.iter().map(|span| place(*span)).collect();
            format!(
                "{} {at} {} <{}>",
                found.code.0,
                found.message,
                from.join(" ")
            )
        })
        .collect();
    assert_eq!(lines, expected, "{text}");
}

fn sent(scenario: &Scenario) -> &Payload {
    match &scenario.script.blocks[0].steps[0].verb {
        Verb::Send { payload, .. } => payload,
        verb => panic!("{verb:?}"),
    }
}

#[test]
fn the_bytes_of_a_file_are_a_payload() {
    let text = r#"{ "steps": [{ "send": ["<", { "file": "data/x.bin" }, ">"] }] }"#;
    let scenario = accept(text, &[("data/x.bin", "{{ as it is }}\n")]);
    assert_eq!(sent(&scenario).known(), Some(&b"<{{ as it is }}\n>"[..]));
    let text = r#"{ "steps": [{ "expect": { "prefix": { "file": "empty" } } }] }"#;
    accept(text, &[("empty", "")]);
}

#[test]
fn what_is_in_the_files_of_payloads_is_told_apart() {
    let text = r#"{ "steps": [{ "send": { "file": "x" } }, { "send": { "file": "y" } }] }"#;
    let of = |x, y| accept(text, &[("x", x), ("y", y)]).payloads;
    assert_eq!(of("ab", "c"), of("ab", "c"));
    for other in [of("ab", "d"), of("a", "bc"), of("c", "ab"), None] {
        assert_ne!(of("ab", "c"), other);
    }
    assert_eq!(
        accept(r#"{ "steps": [{ "send": "x" }] }"#, &[]).payloads,
        None
    );
}

#[test]
fn a_file_that_is_not_to_be_had_is_reported_where_it_is_named() {
    check(
        r#"{ "cases": { "file": "_c.csv" }, "steps": [{ "send": { "file": "x" } }, { "send": { "file": "" } },
{ "send": { "file": 5 } }, { "send": { "file": "{{ x }}" } }] }"#,
        &[],
        &[
            "BC1032 main.json:1:22 `_c.csv`: no such file <>",
            "BC1032 main.json:1:64 `x`: no such file <>",
            "BC1026 main.json:1:93 `file` needs a path <>",
            "BC1006 main.json:2:21 `file` takes a path in quotes, such as \"_body.bin\", not a number <>",
            "BC1015 main.json:2:48 the path of `file` cannot hold expressions <>",
        ],
    );
}

#[test]
fn the_files_of_a_scenario_are_bounded_together() {
    let send = r#"{ "send": { "file": "big" } }"#;
    let text = format!("{{ \"steps\": [{}] }}", [send; 5].join(","));
    let each = MAX_NAMED / 4;
    let files = Memory(BTreeMap::from([("big".into(), vec![0; each])]));
    let options = ReadOptions::default();
    let found = read_with("main.json", text.as_bytes(), &options, &files).expect_err("too much");
    let codes: Vec<_> = found.list.iter().map(|found| found.code.0).collect();
    assert_eq!(codes, ["BC1029"], "{:?}", found.list);
}

/// The labels and values of all cases.
fn cases(scenario: &Scenario) -> Vec<String> {
    let names = &scenario.script.names;
    let case = |case: &crate::scenario::Case| {
        let values = case.values.iter();
        let values = values.map(|(slot, value)| format!("{}={value}", names.name(*slot)));
        let label = case.label.clone().unwrap_or_default();
        format!("{label}: {}", values.collect::<Vec<_>>().join(" "))
    };
    scenario.cases.iter().map(case).collect()
}

const TABLE: &str = r#"{ "cases": { "file": "_c.csv" }, "steps": [{ "send": "{{ user }}" }] }"#;

#[test]
fn a_table_gives_a_case_a_row() {
    let scenario = accept(
        TABLE,
        &[(
            "_c.csv",
            "\u{feff}user,case,n\r\nann,first,1\r\n\r\n\"b, \"\"b\"\"\nc\",,\nZo\u{eb},third,007",
        )],
    );
    assert_eq!(
        cases(&scenario),
        [
            "first: user=ann n=1",
            "2: user=b, \"b\"\nc n=",
            "third: user=Zo\u{eb} n=007"
        ]
    );
    assert!(
        scenario.cases[0]
            .values
            .iter()
            .all(|(_, value)| value.kind() == Value::from("").kind())
    );
    let text = TABLE.replace("csv", "json");
    let json = r#"// two
[{ "user": "ann", "case": "x" }, { "user": 5, }]"#;
    let scenario = accept(&text, &[("_c.json", json)]);
    assert_eq!(cases(&scenario), ["x: user=ann", "2: user=5"]);
    assert_eq!(scenario.sources.len(), 2);
}

#[test]
fn mistakes_of_a_table_point_into_it() {
    for (table, expected) in [
        (
            "",
            "BC1026 _c.csv:1:1 a table of cases has a header, and at least one row",
        ),
        (
            "user\n",
            "BC1026 _c.csv:1:1 a table of cases has a header, and at least one row",
        ),
        (
            "user,n\nann,1\nbob\n",
            "BC1030 _c.csv:3:1 this row has 1 value, and the header 2 columns",
        ),
        (
            "user\nann\n\"bob\n",
            "BC1002 _c.csv:3:1 this quote is never closed",
        ),
        (
            "user\nann\n\"bob\"x\n",
            "BC1002 _c.csv:3:6 text after the quote that ends a value",
        ),
        (
            "user\nan\"n\n",
            "BC1002 _c.csv:2:3 a quote inside of a value that does not begin with one",
        ),
        (
            "user,user\na,b\n",
            "BC1027 _c.csv:1:6 the column `user` is there twice",
        ),
        ("user,a b\na,b\n", "BC1021 _c.csv:1:6 `a b` cannot be set"),
        ("user,seed\na,b\n", "BC1021 _c.csv:1:6 `seed` cannot be set"),
        (
            "user,case\na,x\nb,x\n",
            "BC1027 _c.csv:3:3 two cases have the label `x`",
        ),
        (
            "user,case\na,\" \"\n",
            "BC1026 _c.csv:2:3 the label of a case cannot be empty",
        ),
    ] {
        let expected = format!("{expected} <main.json:1:12>");
        check(TABLE, &[("_c.csv", table)], &[&expected]);
    }
}

#[test]
fn mistakes_of_rows_in_json_point_into_it() {
    let text = TABLE.replace("csv", "json");
    for (table, expected) in [
        (
            "[{ \"user\": \"a\" }, 5]",
            "BC1006 _c.json:1:19 an entry of `file` takes an object such as { \"user\": \"ann\" }, not a number",
        ),
        (
            "[{ \"user\" }]",
            "BC1002 _c.json:1:11 a colon is missing after a key",
        ),
        (
            "{}",
            "BC1006 _c.json:1:1 a file of cases is an array of objects, and this one is an object",
        ),
        (
            "[\n{ \"user\": 1 }, {}]",
            "BC1019 _c.json:2:16 this case does not give `user`, which is read",
        ),
        (
            "[{ \"user\": 1, \"user\": 2 }]",
            "BC1005 _c.json:1:15 the key `user` is given twice",
        ),
    ] {
        let expected = format!("{expected} <main.json:1:12>");
        check(&text, &[("_c.json", table)], &[&expected]);
    }
    let text = TABLE.replace("csv", "txt");
    check(
        &text,
        &[("_c.txt", "a")],
        &["BC1011 main.json:1:22 `_c.txt` cannot be read as cases <>"],
    );
    let text = TABLE.replace("_c.csv\"", "_c.csv\", \"sheet\": 1");
    check(
        &text,
        &[("_c.csv", "user\na")],
        &["BC1004 main.json:1:32 `cases` has no key `sheet` <>"],
    );
}

const INCLUDES: &str = r#"{ "vars": { "user": "outer" }, "steps": [
{ "include": "f/_a.json", "with": { "user": "{{ user }}!", "n": 1 } },
{ "send": "{{ user }}{{ kept }}" } ] }"#;

#[test]
fn the_steps_of_a_fragment_are_read_with_names_of_its_own() {
    let scenario = accept(
        INCLUDES,
        &[
            (
                "f/_a.json",
                r#"{ "steps": [{ "send": "{{ user }}{{ n }}" }, { "include": "_b.json" }] }"#,
            ),
            (
                "f/_b.json",
                r#"{ "steps": [{ "expect": { "prefix": "{{ user }}", "capture": "kept" } }] }"#,
            ),
        ],
    );
    let blocks = &scenario.script.blocks;
    let Verb::Include { block, with } = &blocks[0].steps[0].verb else {
        panic!("an include");
    };
    let inner = &blocks[block.0 as usize];
    assert_eq!(inner.steps[0].span.file, 1);
    let Verb::Send {
        payload: inside, ..
    } = &inner.steps[0].verb
    else {
        panic!("a send");
    };
    let Verb::Send {
        payload: outside, ..
    } = &blocks[0].steps[1].verb
    else {
        panic!("a send");
    };
    let (inside, outside) = (
        inside.templates()[0].reads(),
        outside.templates()[0].reads(),
    );
    assert_eq!(inside, [with[0].0, with[1].0]);
    assert_ne!(inside[0], outside[0]);
    // What the value of `with` reads is the name outside.
    assert_eq!(with[0].1.reads(), [outside[0]]);
    assert_eq!(scenario.script.names.find("user"), Some(outside[0]));
    assert_eq!(
        scenario.script.names.find("n"),
        Some(scenario.script.names.find("n").expect("a name"))
    );
    let names: Vec<_> = scenario
        .sources
        .iter()
        .map(|source| source.name.as_str())
        .collect();
    assert_eq!(names, ["main.json", "f/_a.json", "f/_b.json"]);
}

#[test]
fn mistakes_of_a_fragment_are_in_it_and_say_who_included_it() {
    let a = |text: &'static str| ("f/_a.json", text);
    let from = "<main.json:2:14>";
    check(
        INCLUDES,
        &[a(
            "{ \"steps\": [{ \"sned\": 1 },\n { \"send\": \"{{ nobody }}\" }, { \"expect\": { \"any\": true, \"capture\": \"n\" } }] }",
        )],
        &[
            "BC1019 main.json:3:25 nothing defines `kept` <>",
            &format!("BC1004 f/_a.json:1:15 a step has no key `sned` {from}"),
            &format!("BC1019 f/_a.json:2:16 nothing defines `nobody` {from}"),
            &format!("BC1021 f/_a.json:2:68 `n` cannot be set {from}"),
        ],
    );
    let text = r#"{ "steps": [{ "include": "f/_a.json" }] }"#;
    let from = "<main.json:1:26>";
    for (fragment, expected) in [
        (
            "[",
            format!("BC1002 f/_a.json:1:1 the file ends before this array does {from}"),
        ),
        (
            "[]",
            "BC1006 main.json:1:26 `f/_a.json` is no fragment <>".to_owned(),
        ),
        (
            "{}",
            format!("BC1007 f/_a.json:1:1 a fragment needs `steps` {from}"),
        ),
        (
            "{ \"steps\": [] }",
            format!("BC1026 f/_a.json:1:12 `steps` needs at least one step {from}"),
        ),
        (
            "{ \"framing\": \"raw\", \"steps\": [{ \"send\": \"x\" }] }",
            format!("BC1004 f/_a.json:1:3 a fragment has no key `framing` {from}"),
        ),
        (
            "{ \"steps\": [{ \"include\": \"_a.json\" }] }",
            format!("BC1030 f/_a.json:1:26 `_a.json` includes itself {from}"),
        ),
        (
            "{ \"steps\": [{ \"include\": \"_c.json\" }] }",
            format!("BC1032 f/_a.json:1:26 `_c.json`: no such file {from}"),
        ),
    ] {
        check(text, &[a(fragment)], &[&expected]);
    }
    check(
        text,
        &[],
        &["BC1032 main.json:1:26 `f/_a.json`: no such file <>"],
    );
    let twice = r#"{ "steps": [{ "include": "f/_a.json" }, { "include": "f/_a.json" }] }"#;
    check(
        twice,
        &[a("{ \"steps\": [{ \"send\": 5 }] }")],
        &[
            "BC1006 f/_a.json:1:23 `send` takes text, an object such as { \"hex\": \"00ff\" }, or an array of these, not a number <main.json:1:26>",
        ],
    );
}

#[test]
fn fragments_that_include_each_other_are_told_at_once() {
    let include = |path: &str| format!("{{ \"steps\": [{{ \"include\": \"{path}\" }}] }}");
    let (a, b) = (include("_b.json"), include("_a.json"));
    check(
        &include("_a.json"),
        &[("_a.json", &a), ("_b.json", &b)],
        &["BC1030 _b.json:1:26 `_a.json` includes itself <_a.json:1:26 main.json:1:26>"],
    );
    // Deeper than may be, and each level ten times: 10^30 in all.
    let many = |path: &str| {
        let step = format!("{{ \"include\": \"{path}\" }}");
        format!("{{ \"steps\": [{}] }}", vec![step; 10].join(","))
    };
    let files: Vec<(String, String)> = (0..30)
        .map(|n| (format!("_{n}.json"), many(&format!("_{}.json", n + 1))))
        .collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    let found = outcome(&many("_0.json"), &files).map(|_| ());
    let found = found.expect_err("too deep");
    let expected = |code: &str| matches!(code, "BC1029" | "BC1000");
    assert!(found.list.iter().all(|found| expected(found.code.0)));
    assert!(found.list[0].message.contains("more than 16 deep"));
}

#[test]
fn what_is_included_is_bounded_however_often_it_is() {
    let long = "x".repeat(MAX_INCLUDED / 2 - 64);
    let fragment = format!(r#"{{ "description": "{long}", "steps": [{{ "send": "x" }}] }}"#);
    let include = r#"{ "include": "_a.json" }"#;
    let times = |n| format!("{{ \"steps\": [{}] }}", vec![include; n].join(","));
    accept(&times(2), &[("_a.json", &fragment)]);
    let found = outcome(&times(3), &[("_a.json", &fragment)]).map(|_| ());
    let found = found.expect_err("too much");
    assert!(
        found.list[0].message.contains("16777216 bytes"),
        "{:?}",
        found.list
    );
}

/// What a table reads as, by the crate `csv`.
fn oracle(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.expect("text"));
    rows.map(|row| row.iter().map(str::to_owned).collect())
        .collect()
}

proptest! {
    #[test]
    fn a_table_reads_as_others_read_it(text in "(a|\"\"|\"|,|\n|\r\n|\u{eb}|\"x,\"\"\n\"){0,24}") {
        let rows: Result<Vec<_>, TableError> = Rows::of(&text).collect();
        match rows {
            Ok(rows) => {
                for cell in rows.iter().flatten() {
                    prop_assert!(text.get(cell.range.clone()).is_some());
                }
                let values = |row: Vec<crate::scenario::table::Cell>| row.into_iter().map(|cell| cell.value).collect::<Vec<_>>();
                let rows: Vec<_> = rows.into_iter().map(values).collect();
                prop_assert_eq!(rows, oracle(&text));
            }
            Err(error) => prop_assert!(text.get(error.range.clone()).is_some_and(|shown| !shown.is_empty())),
        }
    }
}
