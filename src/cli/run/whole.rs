//! What a shard is a part of: written into its log, so that the shards of a run can be joined, and no others.

use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::report::Part;
use crate::runner::{CaseRef, Shard, shuffle};

/// All that was selected, of which a shard is a part.
#[derive(Debug)]
pub(super) struct Whole {
    /// Its place of each case.
    places: HashMap<Arc<str>, u64>,
    /// How often each is played.
    rounds: u64,
    /// Of the ids, of the files, of those that payloads name, and of the project's configuration.
    digest: String,
}

impl Whole {
    /// Looks at all that was selected.
    fn of(cases: &[CaseRef], project: Option<&str>, rounds: u32) -> Self {
        let mut digest = Sha256::new();
        let mut add = |bytes: &[u8]| {
            digest.update((bytes.len() as u64).to_be_bytes());
            digest.update(bytes);
        };
        project.map(str::as_bytes).into_iter().for_each(&mut add);
        let mut last = None;
        for case in cases {
            add(case.id.as_bytes());
            // The cases of a file stand together.
            if last.replace(Arc::as_ptr(&case.scenario)) != Some(Arc::as_ptr(&case.scenario)) {
                case.scenario
                    .sources
                    .iter()
                    .for_each(|source| add(source.text.as_bytes()));
                case.scenario.payloads.iter().for_each(|digest| add(digest));
            }
        }
        let digest = digest.finalize();
        let digits = digest.iter().take(16).map(|byte| format!("{byte:02x}"));
        Self {
            places: cases
                .iter()
                .map(|case| Arc::clone(&case.id))
                .zip(0..)
                .collect(),
            rounds: rounds.into(),
            digest: digits.collect(),
        }
    }

    /// What these cases are of it.
    pub(super) fn part(&self, cases: &[CaseRef]) -> Part {
        let all = self.places.len() as u64;
        let number = |case: &CaseRef| {
            let place = self.places.get(&case.id).copied().unwrap_or_default();
            u64::from(case.round) * all + place
        };
        Part {
            cases: all * self.rounds,
            digest: self.digest.clone(),
            numbers: cases.iter().map(number).collect(),
        }
    }
}

/// Leaves the cases of a shard, each as often as there are rounds, in the order in which they are to be played: another one where a seed
/// says so. What they are a part of, where they are one. `project` is the text of the project's configuration.
///
/// Sharded first: machines of one run need not have the same seed.
pub(super) fn arrange(
    cases: &mut Vec<CaseRef>,
    project: Option<&str>,
    shard: Option<Shard>,
    rounds: u32,
    shuffled: Option<u64>,
) -> Option<Whole> {
    let whole = shard.map(|shard| {
        let whole = Whole::of(cases, project, rounds);
        let mut nth = 0..;
        cases.retain(|case| shard.contains(nth.next().unwrap_or_default(), &case.id));
        whole
    });
    if rounds > 1 {
        let again = |round| {
            move |case: &CaseRef| CaseRef {
                round,
                ..case.clone()
            }
        };
        *cases = (0..rounds)
            .flat_map(|round| cases.iter().map(again(round)))
            .collect();
    }
    if let Some(seed) = shuffled {
        shuffle(cases, seed);
    }
    whole
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::super::recording;
    use super::*;
    use crate::drive::Cancel;
    use crate::report::{
        JoinOptions, Joined, LogWriter, MergeError, ReportKind, Reporter, RunId, RunLog,
        merge_logs, write_report,
    };
    use crate::runner::{RunOptions, ShardRule, Suite, run_suites};
    use crate::scenario::{ReadOptions, read};

    /// A file of a suite: how many cases it has, and whether they pass.
    type File = (usize, bool);

    fn cases(files: &[File]) -> Vec<CaseRef> {
        let mut cases = Vec::new();
        for (n, (labels, passes)) in files.iter().enumerate() {
            let rows: Vec<String> = (0..*labels)
                .map(|at| format!(r#"{{ "n": {at} }}"#))
                .collect();
            let says = if *passes {
                "Welcome!"
            } else {
                "Go away, {{ n }}!"
            };
            let text = format!(
                r#"{{ "cases": [{}], "steps": [{{ "expect": "{says}" }}, {{ "send": "{{{{ n }}}}" }}] }}"#,
                rows.join(", ")
            );
            let name = format!("f{n}.json");
            let (scenario, _) =
                read(&name, text.as_bytes(), &ReadOptions::default()).expect("valid");
            let scenario = Arc::new(scenario);
            for case in 0..*labels {
                cases.push(CaseRef {
                    id: format!("f{n}#{case}").into(),
                    file: format!("f{n}").into(),
                    scenario: Arc::clone(&scenario),
                    case,
                    round: 0,
                    suite: 0,
                });
            }
        }
        cases
    }

    type Log = RunLog<Cursor<Vec<u8>>>;

    /// Really plays a shard, or all, in memory; its log.
    fn played(files: &[File], shard: Option<Shard>, rounds: u32, shuffled: Option<u64>) -> Log {
        let mut cases = cases(files);
        let whole = arrange(&mut cases, None, shard, rounds, shuffled);
        let mut header = recording::header(Vec::new(), &[], &[Suite::default()], &cases);
        header.shard = shard.map(|shard| shard.to_string());
        header.part = whole.map(|whole| whole.part(&cases));
        let options = RunOptions {
            simulate: true,
            jobs: 3,
            seed: 7,
            shard,
            ..RunOptions::default()
        };
        let mut log = LogWriter::new(Vec::new(), header, Arc::default(), false).expect("memory");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.expect("a runtime").block_on(async {
            let suites = vec![Suite::default()];
            run_suites(cases, suites, options, &Cancel::default(), |event| {
                log.event(&event).expect("memory");
            })
            .await;
        });
        read_log(std::mem::take(log.out()))
    }

    fn read_log(bytes: Vec<u8>) -> Log {
        RunLog::read(Cursor::new(bytes)).expect("a log")
    }

    fn shards(
        files: &[File],
        rule: ShardRule,
        count: u32,
        rounds: u32,
        shuffled: Option<u64>,
    ) -> Vec<(String, Log)> {
        let all = 1..=count;
        all.map(|number| {
            let shard = Shard::new(rule, number, count).expect("a shard");
            let seed = shuffled.map(|seed| seed + u64::from(number));
            (
                format!("log {number}"),
                played(files, Some(shard), rounds, seed),
            )
        })
        .collect()
    }

    /// The report of a log, without what no two runs have in common: when it was, and how long it took.
    fn report(log: &mut Log) -> String {
        let mut out = Vec::new();
        write_report(ReportKind::Json, log, "", &mut out).expect("memory");
        let text = String::from_utf8(out).expect("text");
        let mut rest = &*text;
        let mut same = String::new();
        while let Some(at) = ["elapsed_us\":", "started_ms\":"]
            .iter()
            .filter_map(|key| Some(rest.find(key)? + key.len()))
            .min()
        {
            same.push_str(&rest[..at]);
            rest = rest[at..].trim_start_matches(|c: char| c.is_ascii_digit());
        }
        same + rest
    }

    fn merged(logs: &mut [(String, Log)], expected: Option<u32>) -> Result<Log, String> {
        let options = JoinOptions {
            shards: expected,
            run: None,
        };
        joined(logs, options).map(|(log, _)| log)
    }

    fn joined(
        logs: &mut [(String, Log)],
        options: JoinOptions<'_>,
    ) -> Result<(Log, Joined), String> {
        let mut out = Vec::new();
        match merge_logs(logs, options, &mut out) {
            Ok(joined) => Ok((read_log(out), joined)),
            Err(MergeError::Apart(why)) => Err(why),
            Err(error) => panic!("{error}"),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn shards_that_are_played_and_joined_are_the_run_that_has_none(
            files in prop::collection::vec((1..5_usize, any::<bool>()), 1..6),
            count in 1..12_u32,
            by_hash in any::<bool>(),
            rounds in 1..3_u32,
            shuffled in any::<bool>(),
        ) {
            let rule = if by_hash { ShardRule::Hash } else { ShardRule::RoundRobin };
            let mut whole = played(&files, None, rounds, None);
            let mut logs = shards(&files, rule, count, rounds, shuffled.then_some(3));
            // In whatever order they are named.
            logs.reverse();
            let mut joined = merged(&mut logs, Some(count)).expect("all there");
            prop_assert_eq!(report(&mut joined), report(&mut whole));
            prop_assert_eq!(joined.run.to_play_again(), whole.run.to_play_again());
        }
    }

    #[test]
    fn what_does_not_belong_together_is_not_joined() {
        let files = [(3, true), (2, false)];
        let of = |count| shards(&files, ShardRule::RoundRobin, count, 1, None);
        let says = |logs: &mut [(String, Log)], expected, words: &str| {
            let why = merged(logs, expected).err().unwrap_or_default();
            assert!(why.contains(words), "{why:?} does not say {words:?}");
        };
        says(&mut [], None, "there is no log");
        says(&mut of(3)[1..], None, "shard 1/3 is missing");
        says(&mut of(4)[..2], None, "shards 3/4, 4/4 are missing");
        says(
            &mut of(20)[..2],
            None,
            "18 of 20 shards are missing, from 3/20 to 20/20",
        );
        says(
            &mut of(3),
            Some(4),
            "4 shards were expected, and log 1 is 1/3",
        );
        let mut twice = of(3);
        twice.push(of(3).swap_remove(1));
        says(&mut twice, None, "2/3 is there twice: log 2 and log 2");
        let mut mixed = of(3);
        mixed[2] = of(4).swap_remove(2);
        says(
            &mut mixed,
            None,
            "different runs: log 1 is 1/3, log 3 is 3/4",
        );
        mixed[2] = shards(&files, ShardRule::Hash, 3, 1, None).swap_remove(2);
        says(&mut mixed, None, "log 1 is 1/3, log 3 is hash:3/3");
        // Another selection, another version of a file, another number of rounds.
        for (files, rounds) in [
            ([(3, true), (1, false)], 1),
            ([(3, false), (2, false)], 1),
            (files, 2),
        ] {
            mixed[2] = shards(&files, ShardRule::RoundRobin, 3, rounds, None).swap_remove(2);
            says(
                &mut mixed,
                None,
                "other scenarios to choose from, or other versions",
            );
        }
        let mut alone = of(1);
        alone[0].1 = played(&files, None, 1, None);
        says(&mut alone, None, "log 1 is no log of a shard");
        let mut rerun = of(2);
        let header = &mut rerun[1].1.run.header;
        header.selected[0].ids.pop();
        header.part.as_mut().expect("a shard").numbers.remove(0);
        says(&mut rerun, None, "1 of 5 cases are in none of these logs");
        rerun[1]
            .1
            .run
            .header
            .part
            .as_mut()
            .expect("a shard")
            .numbers
            .push(9);
        says(&mut rerun, None, "log 2 does not say which cases it has");
    }

    const FILES: [File; 2] = [(3, true), (2, true)];

    fn three() -> Vec<(String, Log)> {
        shards(&FILES, ShardRule::RoundRobin, 3, 1, None)
    }

    fn of_run(id: &str, attempt: u32) -> RunId {
        RunId {
            id: id.into(),
            from: "GITHUB_RUN_ID".into(),
            attempt,
        }
    }

    /// Gives each log the run that is said of it.
    fn of_runs(logs: &mut [(String, Log)], runs: &[Option<(&str, u32)>]) {
        for ((_, log), run) in logs.iter_mut().zip(runs) {
            log.run.header.run = run.map(|(id, attempt)| of_run(id, attempt));
        }
    }

    #[test]
    fn the_log_of_another_run_takes_no_shards_place() {
        for (runs, expected) in [
            (
                [Some(("17", 1)), Some(("17", 1)), Some(("16", 1))],
                "log 1 is of run 17 (GITHUB_RUN_ID), log 3 is of run 16 (GITHUB_RUN_ID)",
            ),
            (
                [None, Some(("17", 1)), Some(("17", 1))],
                "log 1 is of a run without a name, log 2 is of run 17",
            ),
        ] {
            let mut logs = three();
            of_runs(&mut logs, &runs);
            let why = merged(&mut logs, None).expect_err("different runs");
            assert!(why.contains(expected), "{why}");
        }
        let mut logs = three();
        of_runs(&mut logs, &[Some(("17", 1)); 3]);
        let of = |run| JoinOptions {
            shards: None,
            run: Some(run),
        };
        assert!(joined(&mut logs, of("17")).is_ok());
        let why = joined(&mut logs, of("18")).expect_err("another run");
        assert_eq!(why, "log 1 is of run 17 (GITHUB_RUN_ID), not of 18");
        let why = joined(&mut three(), of("18")).expect_err("no run");
        assert_eq!(why, "log 1 is of a run without a name, not of 18");
    }

    #[test]
    fn of_a_shard_that_was_started_again_the_last_attempt_counts() {
        let mut logs = three();
        logs.push(("again".into(), three().swap_remove(1).1));
        let runs = [("17", 1), ("17", 1), ("17", 2), ("17", 2)].map(Some);
        // Whichever comes first.
        for order in [[0, 1, 2, 3], [3, 2, 1, 0]] {
            of_runs(&mut logs, &runs);
            let mut taken: Vec<Option<(String, Log)>> =
                std::mem::take(&mut logs).into_iter().map(Some).collect();
            logs = (order.iter().filter_map(|n| taken[*n].take())).collect();
            let (log, joined) = joined(&mut logs, JoinOptions::default()).expect("all there");
            assert_eq!((joined.shards, log.run.cases.len()), (3, 5));
            assert_eq!(joined.earlier, ["1/3"]);
            assert_eq!(joined.replaced, ["log 2"]);
            assert_eq!(log.run.header.run, Some(of_run("17", 2)));
            logs.sort_by_key(|(name, _)| (name == "again", name.clone()));
        }
        of_runs(&mut logs, &[Some(("17", 1)); 4]);
        let why = merged(&mut logs, None).expect_err("twice");
        assert_eq!(why, "2/3 is there twice: log 2 and again");
    }

    #[test]
    fn shards_that_were_played_otherwise_are_not_joined() {
        let flag = |name: &str, values: &[&str]| {
            let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
            (name.to_owned(), values)
        };
        let mut logs = three();
        logs[2].1.run.header.settings.extend([
            flag("--segment", &["byte"]),
            flag("--simulate", &[]),
            flag("-t", &["a:1", "x=b:2"]),
        ]);
        for n in [0, 1] {
            let settings = &mut logs[n].1.run.header.settings;
            settings.extend([flag("-t", &["a:1"]), flag("--simulate", &[])]);
        }
        let why = merged(&mut logs, None).expect_err("different runs");
        assert_eq!(
            why,
            "these are shards of different runs: log 1 was played with no --segment and -t a:1, log 3 with --segment byte and -t a:1, x=b:2"
        );
        let mut logs = three();
        logs[1].1.run.header.program = "backchat 9".into();
        let why = merged(&mut logs, None).expect_err("different programs");
        assert!(why.contains("log 2 of backchat 9"), "{why}");
        let mut logs = three();
        let mut cases = cases(&FILES);
        let other = arrange(
            &mut cases,
            Some("{}"),
            Shard::new(ShardRule::RoundRobin, 2, 3).ok(),
            1,
            None,
        );
        logs[1].1.run.header.part = other.map(|whole| whole.part(&cases));
        let why = merged(&mut logs, None).expect_err("another configuration");
        assert!(why.contains("or of backchat.json"), "{why}");
    }

    #[test]
    fn seeds_that_shards_have_drawn_are_told_one_by_one() {
        let mut logs = three();
        let mut joined = merged(&mut logs, None).expect("all there");
        assert_eq!(
            (&*joined.run.started.seed, joined.run.started.seeds.len()),
            ("00000007", 0)
        );
        logs[1].1.run.started.seed = "0000abcd".into();
        joined = merged(&mut logs, None).expect("all there");
        assert_eq!(joined.run.started.seed, "");
        assert_eq!(
            joined.run.started.seeds,
            ["00000007", "0000abcd", "00000007"]
        );
        for kind in [ReportKind::Text, ReportKind::Markdown, ReportKind::Html] {
            let mut out = Vec::new();
            write_report(kind, &mut joined, "", &mut out).expect("memory");
            let text = String::from_utf8(out).expect("text");
            assert!(text.contains("3 shards with different seeds"), "{kind:?}");
        }
    }

    #[test]
    fn a_shard_that_broke_off_is_joined_and_the_run_is_not_complete() {
        let mut logs = shards(&[(3, true), (2, true)], ShardRule::RoundRobin, 2, 1, None);
        assert!(
            merged(&mut logs, None)
                .expect("all there")
                .run
                .is_complete()
        );
        let log = &mut logs[0].1;
        let lost = log.run.cases.pop().expect("cases");
        log.run.unfinished.push(crate::report::Unfinished {
            number: lost.number,
            id: lost.id.clone(),
            round: 1,
            file: String::new(),
            begun: true,
            waiting: Vec::new(),
        });
        log.run.elapsed_us = None;
        let joined = merged(&mut logs, None).expect("all there");
        let open: Vec<_> = joined
            .run
            .unfinished
            .iter()
            .map(|one| (&*one.id, one.begun))
            .collect();
        assert_eq!(open, [(&*lost.id, true)]);
        assert!(!joined.run.is_complete());
    }
}
