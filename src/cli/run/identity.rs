//! Which run this is, of all that there ever were, as its CI service calls it: so that the log of another one, left behind somewhere, is
//! not taken for one of its shards.

use std::env;

use super::super::args::MAX_RUN_ID;
use crate::report::RunId;

/// How a CI service names a run: all its jobs have the same name, and no other run has it.
struct Service {
    id: &'static str,
    /// The variable that counts how often the run, or one of its jobs, was started, and from which number.
    attempt: Option<(&'static str, u32)>,
}

/// The services that name a run in the environment of its jobs.
const SERVICES: [Service; 5] = [
    Service {
        id: "GITHUB_RUN_ID",
        attempt: Some(("GITHUB_RUN_ATTEMPT", 1)),
    },
    Service {
        id: "CI_PIPELINE_ID",
        attempt: None,
    },
    Service {
        id: "BUILDKITE_BUILD_ID",
        attempt: Some(("BUILDKITE_RETRY_COUNT", 0)),
    },
    Service {
        id: "CIRCLE_WORKFLOW_ID",
        attempt: None,
    },
    // Jenkins.
    Service {
        id: "BUILD_TAG",
        attempt: None,
    },
];

/// What was typed, or what the environment of this process says.
pub(super) fn identity(typed: Option<&str>) -> Option<RunId> {
    from_environment(typed, |name| env::var(name).ok())
}

fn from_environment(
    typed: Option<&str>,
    variable: impl Fn(&str) -> Option<String>,
) -> Option<RunId> {
    let named = SERVICES.iter().find_map(|service| {
        let id = variable(service.id).filter(|id| !id.is_empty())?;
        let attempt = service.attempt.and_then(|(name, first)| {
            let number: u32 = variable(name)?.parse().ok()?;
            Some(number.saturating_add(1).saturating_sub(first))
        });
        Some(RunId {
            // What tells them apart stands at the end.
            id: tail(&id, MAX_RUN_ID).to_owned(),
            from: service.id.to_owned(),
            attempt: attempt.unwrap_or(1).max(1),
        })
    });
    let Some(id) = typed else {
        return named;
    };
    Some(RunId {
        id: id.to_owned(),
        from: "--run-id".to_owned(),
        attempt: named.map_or(1, |named| named.attempt),
    })
}

/// The last bytes of a text, `most` of them at most.
fn tail(text: &str, most: usize) -> &str {
    let mut at = text.len().saturating_sub(most);
    while !text.is_char_boundary(at) {
        at += 1;
    }
    &text[at..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(typed: Option<&str>, environment: &[(&str, &str)]) -> Option<(String, String, u32)> {
        let variable = |name: &str| {
            let found = environment.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        from_environment(typed, variable).map(|run| (run.id, run.from, run.attempt))
    }

    #[test]
    fn a_run_is_called_as_its_service_calls_it() {
        for (typed, environment, expected) in [
            (None, &[][..], None),
            (
                None,
                &[("GITHUB_RUN_ID", "17"), ("GITHUB_RUN_ATTEMPT", "2")],
                Some(("17", "GITHUB_RUN_ID", 2)),
            ),
            (
                None,
                &[("GITHUB_RUN_ID", ""), ("CI_PIPELINE_ID", "8")],
                Some(("8", "CI_PIPELINE_ID", 1)),
            ),
            (
                None,
                &[
                    ("BUILDKITE_BUILD_ID", "a-b"),
                    ("BUILDKITE_RETRY_COUNT", "0"),
                ],
                Some(("a-b", "BUILDKITE_BUILD_ID", 1)),
            ),
            (
                None,
                &[
                    ("BUILDKITE_BUILD_ID", "a-b"),
                    ("BUILDKITE_RETRY_COUNT", "1"),
                ],
                Some(("a-b", "BUILDKITE_BUILD_ID", 2)),
            ),
            (
                None,
                &[("CIRCLE_WORKFLOW_ID", "w")],
                Some(("w", "CIRCLE_WORKFLOW_ID", 1)),
            ),
            (
                None,
                &[("BUILD_TAG", "jenkins-x-3")],
                Some(("jenkins-x-3", "BUILD_TAG", 1)),
            ),
            (
                Some("mine"),
                &[("GITHUB_RUN_ID", "17"), ("GITHUB_RUN_ATTEMPT", "x")],
                Some(("mine", "--run-id", 1)),
            ),
        ] {
            let expected = expected.map(|(id, from, n)| (id.to_owned(), from.to_owned(), n));
            assert_eq!(named(typed, environment), expected);
        }
    }

    #[test]
    fn of_a_long_name_the_end_is_kept() {
        let long = format!("ä{}17", "x".repeat(2 * MAX_RUN_ID));
        let (id, ..) = named(None, &[("BUILD_TAG", &long)]).expect("named");
        assert_eq!((id.len(), id.ends_with("x17")), (MAX_RUN_ID, true));
        assert_eq!(tail("ää", 3), "ä");
    }
}
