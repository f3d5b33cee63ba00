//! `--shard`: which part of a suite this machine plays, as typed or as the environment of a CI job says.

use std::env;

use super::super::error::CliError;
use crate::runner::{Shard, ShardRule};

/// What was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum ShardArg {
    /// `2/5`
    Given(Shard),
    /// `auto`, or `auto/5`: the environment says which, and without a number how many there are.
    Auto {
        /// Which cases are in it.
        rule: ShardRule,
        /// How many there are.
        count: Option<u32>,
    },
}

/// How a CI service numbers the jobs that share a suite.
struct Service {
    /// The variable with the job's number.
    index: &'static str,
    /// The number of its first job.
    first: u32,
    /// The variable that says how many jobs there are.
    count: Option<&'static str>,
}

/// The services that number their jobs in the environment. GitHub's matrices do not: there, the workflow types it.
const SERVICES: [Service; 4] = [
    // GitLab's `parallel`.
    Service {
        index: "CI_NODE_INDEX",
        first: 1,
        count: Some("CI_NODE_TOTAL"),
    },
    // An indexed job of Kubernetes.
    Service {
        index: "JOB_COMPLETION_INDEX",
        first: 0,
        count: None,
    },
    Service {
        index: "CIRCLE_NODE_INDEX",
        first: 0,
        count: Some("CIRCLE_NODE_TOTAL"),
    },
    Service {
        index: "BUILDKITE_PARALLEL_JOB",
        first: 0,
        count: Some("BUILDKITE_PARALLEL_JOB_COUNT"),
    },
];

/// Reads the value of `--shard`.
pub(in crate::cli) fn shard(text: &str) -> Result<ShardArg, String> {
    let (rule, rest) = match text.strip_prefix("hash:") {
        Some(rest) => (ShardRule::Hash, rest),
        None => (ShardRule::RoundRobin, text),
    };
    let count = match rest.strip_prefix("auto") {
        None => {
            let shard = text.parse().map(ShardArg::Given);
            return shard.map_err(|error: crate::runner::ShardError| error.to_string());
        }
        Some("") => None,
        Some(count) => {
            let count = count.strip_prefix('/').and_then(|count| count.parse().ok());
            let count = count.filter(|count| *count > 0);
            Some(count.ok_or("write auto/5, with how many shards there are")?)
        }
    };
    Ok(ShardArg::Auto { rule, count })
}

impl ShardArg {
    /// The shard that is meant, in the environment of this process.
    pub(in crate::cli) fn resolve(self) -> Result<Shard, CliError> {
        match self {
            Self::Given(shard) => Ok(shard),
            Self::Auto { rule, count } => {
                from_environment(rule, count, |name| env::var(name).ok()).map_err(CliError::Usage)
            }
        }
    }
}

/// The shard that the environment names.
fn from_environment(
    rule: ShardRule,
    typed: Option<u32>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Shard, String> {
    let number = |name: &str| -> Result<Option<u32>, String> {
        let Some(text) = variable(name).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let number = text.parse().map(Some);
        number.map_err(|_| format!("--shard auto: {name} is not a number"))
    };
    for service in &SERVICES {
        let Some(index) = number(service.index)? else {
            continue;
        };
        let count = service.count.map_or(Ok(None), number)?;
        let count = match (typed, count) {
            (Some(typed), Some(count)) if typed != count => {
                let name = service.count.unwrap_or_default();
                return Err(format!(
                    "--shard auto/{typed}: {name} says that there are {count}"
                ));
            }
            (Some(count), _) | (None, Some(count)) => count,
            (None, None) => {
                return Err(format!(
                    "--shard auto: {} does not say how many shards there are: write auto/5",
                    service.index
                ));
            }
        };
        let from_one = index.saturating_add(1).saturating_sub(service.first);
        return Shard::new(rule, from_one, count)
            .map_err(|error| format!("--shard auto: {} is {index}: {error}", service.index));
    }
    let names: Vec<&str> = SERVICES.iter().map(|service| service.index).collect();
    Err(format!(
        "--shard auto: the environment does not say which shard this is (none of {}): write which, such as 2/5",
        names.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auto(typed: &str, environment: &[(&str, &str)]) -> Result<String, String> {
        let ShardArg::Auto { rule, count } = shard(typed)? else {
            return Err("not auto".to_owned());
        };
        let variable = |name: &str| {
            let found = environment.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        from_environment(rule, count, variable).map(|shard| shard.to_string())
    }

    #[test]
    fn the_environment_of_a_ci_job_says_which_shard_it_is() {
        for (typed, environment, expected) in [
            (
                "auto",
                &[("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "5")][..],
                "2/5",
            ),
            (
                "hash:auto",
                &[("CI_NODE_INDEX", "5"), ("CI_NODE_TOTAL", "5")],
                "hash:5/5",
            ),
            ("auto/5", &[("JOB_COMPLETION_INDEX", "0")], "1/5"),
            ("hash:auto/5", &[("JOB_COMPLETION_INDEX", "4")], "hash:5/5"),
            (
                "auto",
                &[("CIRCLE_NODE_INDEX", "0"), ("CIRCLE_NODE_TOTAL", "2")],
                "1/2",
            ),
            (
                "auto/3",
                &[("CI_NODE_INDEX", "3"), ("CI_NODE_TOTAL", "3")],
                "3/3",
            ),
            (
                "auto",
                &[
                    ("CI_NODE_INDEX", ""),
                    ("BUILDKITE_PARALLEL_JOB", "1"),
                    ("BUILDKITE_PARALLEL_JOB_COUNT", "2"),
                ],
                "2/2",
            ),
        ] {
            assert_eq!(auto(typed, environment).as_deref(), Ok(expected), "{typed}");
        }
    }

    #[test]
    fn what_the_environment_does_not_say_or_says_wrongly_is_told() {
        for (typed, environment, expected) in [
            ("auto", &[][..], "does not say which shard this is"),
            ("auto", &[("JOB_COMPLETION_INDEX", "0")], "write auto/5"),
            (
                "auto",
                &[("CI_NODE_INDEX", "one")],
                "CI_NODE_INDEX is not a number",
            ),
            (
                "auto/4",
                &[("CI_NODE_INDEX", "1"), ("CI_NODE_TOTAL", "5")],
                "CI_NODE_TOTAL says that there are 5",
            ),
            (
                "auto/4",
                &[("JOB_COMPLETION_INDEX", "4")],
                "there is no shard 5 of 4",
            ),
            (
                "auto",
                &[("CI_NODE_INDEX", "0"), ("CI_NODE_TOTAL", "5")],
                "there is no shard 0 of 5",
            ),
            ("auto/0", &[], "how many shards there are"),
            ("autos", &[], "how many shards there are"),
        ] {
            let said = auto(typed, environment).expect_err(typed);
            assert!(said.contains(expected), "{typed}: {said}");
        }
        assert!(shard("6/5").is_err_and(|error| error.contains("there is no shard 6 of 5")));
    }
}
