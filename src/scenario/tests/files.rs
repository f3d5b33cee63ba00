//! Other files: what a scenario takes from them, and where their mistakes are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use crate::scenario::table::{Rows, TableError};
use crate::scenario::{
    Diagnostics, FileError, Files, MAX_NAMED, OtherFile, Payload, ReadOptions, Scenario, Value,
    Verb, read_with,
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
        // Nobody knows which names it would have brought.
        &["BC1011 main.json:1:22 `_c.txt` cannot be read as cases <>"],
    );
    let text = TABLE.replace("_c.csv\"", "_c.csv\", \"sheet\": 1");
    check(
        &text,
        &[("_c.csv", "user\na")],
        &["BC1004 main.json:1:32 `cases` has no key `sheet` <>"],
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
