//! Holds a module's results against the baseline and the expected failures.

use crate::baseline::Baseline;
use crate::expected::ExpectedFailures;
use crate::process::ModuleRun;
use crate::progress::{Entry, Status};

/// Why a run is not well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// CPython passes it, grwl does not, and it is not listed.
    Regression,
    /// A crash or hang that is not listed, in what CPython does not pass either.
    BadEnd,
    /// It passes though listed.
    UnexpectedPass,
}

/// One reason why a run is not well.
#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    /// The sort of problem.
    pub kind: Kind,
    /// What it is about.
    pub id: String,
    /// What happened.
    pub what: String,
}

/// What has become of a module.
#[derive(Debug)]
pub struct Verdict {
    /// The module.
    pub module: String,
    /// How many ids CPython passes.
    pub baseline: usize,
    /// How many of them passed.
    pub passed: usize,
    /// How many of them failed.
    pub failed: usize,
    /// How many of them were skipped.
    pub skipped: usize,
    /// How many of them never came to run: their module or class could not be set up, or the restarts were used up.
    pub missing: usize,
    /// How many crashes there were, also outside the baseline.
    pub crashed: usize,
    /// How many hangs there were, also outside the baseline.
    pub hung: usize,
    /// How long all of it took.
    pub seconds: f64,
    /// What did not pass and should have, listed or not, and all other entries for whole modules and classes that failed.
    pub failing: Vec<Entry>,
    /// What makes the run fail.
    pub problems: Vec<Problem>,
}

/// Judges one module.
pub fn judge(baseline: &Baseline, run: &ModuleRun, expected: &ExpectedFailures) -> Verdict {
    let mut verdict = Verdict {
        module: run.module.clone(),
        baseline: baseline.ids.len(),
        passed: 0,
        failed: 0,
        skipped: 0,
        missing: 0,
        crashed: 0,
        hung: 0,
        seconds: run.seconds,
        failing: Vec::new(),
        problems: Vec::new(),
    };
    for id in &baseline.ids {
        let entry = run.entries.get(id);
        match entry.map(|entry| entry.status) {
            Some(Status::Ok) => {
                verdict.passed += 1;
                continue;
            }
            Some(Status::Skip) => verdict.skipped += 1,
            Some(Status::Crash | Status::Hang) => {}
            Some(
                Status::Fail | Status::Error | Status::ExpectedFailure | Status::UnexpectedSuccess,
            ) => {
                verdict.failed += 1;
            }
            None => verdict.missing += 1,
        }
        if expected.find(id).is_none() {
            let what = entry.map_or_else(|| "did not run".to_string(), describe);
            verdict.problems.push(Problem {
                kind: Kind::Regression,
                id: id.clone(),
                what,
            });
        }
        verdict.failing.extend(entry.cloned());
    }
    for entry in run.entries.values() {
        match entry.status {
            Status::Crash => verdict.crashed += 1,
            Status::Hang => verdict.hung += 1,
            Status::Ok if listed_firmly(expected, &entry.id) => {
                verdict.problems.push(Problem {
                    kind: Kind::UnexpectedPass,
                    id: entry.id.clone(),
                    what: "passes though listed".to_string(),
                });
            }
            _ => {}
        }
        if baseline.ids.contains(&entry.id) {
            continue;
        }
        let bad_end = entry.status.ended_badly();
        if bad_end && expected.find(&entry.id).is_none() {
            verdict.problems.push(Problem {
                kind: Kind::BadEnd,
                id: entry.id.clone(),
                what: describe(entry),
            });
        }
        if bad_end || (stands_for_many(&entry.id) && entry.status == Status::Error) {
            verdict.failing.push(entry.clone());
        }
    }
    verdict
        .problems
        .sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
    verdict
}

fn listed_firmly(expected: &ExpectedFailures, id: &str) -> bool {
    expected.find(id).is_some_and(|found| !found.is_flaky())
}

/// Whether an entry is that of an import or a fixture, which explains why methods are missing.
fn stands_for_many(id: &str) -> bool {
    let last = id.rsplit('.').next().unwrap_or_default();
    let fixture = [
        "import",
        "setUpModule",
        "tearDownModule",
        "setUpClass",
        "tearDownClass",
    ]
    .contains(&last);
    fixture || id.split('.').nth(1) == Some("load")
}

/// A result in words.
pub fn describe(entry: &Entry) -> String {
    if entry.detail.is_empty() {
        entry.status.word().to_string()
    } else {
        format!("{}: {}", entry.status.word(), entry.detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(results: &[(&str, Status)]) -> ModuleRun {
        let entries = results.iter().map(|&(id, status)| {
            let entry = Entry {
                id: id.to_string(),
                status,
                seconds: 0.0,
                detail: String::new(),
            };
            (id.to_string(), entry)
        });
        ModuleRun {
            module: "m".to_string(),
            entries: entries.collect(),
            seconds: 0.0,
            restarts: 0,
        }
    }

    fn verdict(ids: &[&str], results: &[(&str, Status)], expected: &str) -> Verdict {
        let baseline = Baseline::new("m", ids.iter().map(ToString::to_string));
        judge(&baseline, &run(results), &ExpectedFailures::parse(expected))
    }

    fn kinds(verdict: &Verdict) -> Vec<(Kind, &str)> {
        verdict
            .problems
            .iter()
            .map(|problem| (problem.kind, problem.id.as_str()))
            .collect()
    }

    #[test]
    fn what_passes_is_no_problem() {
        let verdict = verdict(&["m.a"], &[("m.a", Status::Ok), ("m.b", Status::Fail)], "");
        assert_eq!((verdict.passed, verdict.failed), (1, 0));
        assert!(verdict.problems.is_empty());
        assert!(verdict.failing.is_empty());
    }

    #[test]
    fn all_but_a_pass_is_a_regression() {
        let ids = ["m.crash", "m.fail", "m.gone", "m.skip"];
        let results = [
            ("m.crash", Status::Crash),
            ("m.fail", Status::Fail),
            ("m.skip", Status::Skip),
        ];
        let verdict = verdict(&ids, &results, "");
        assert_eq!(kinds(&verdict), ids.map(|id| (Kind::Regression, id)));
        assert_eq!(
            (
                verdict.failed,
                verdict.crashed,
                verdict.missing,
                verdict.skipped
            ),
            (1, 1, 1, 1)
        );
    }

    #[test]
    fn listed_failures_are_no_problem() {
        let results = [("m.a", Status::Fail), ("m.b", Status::Hang)];
        let verdict = verdict(&["m.a", "m.b"], &results, "m.?  # not yet\n");
        assert!(verdict.problems.is_empty());
        assert_eq!(verdict.failing.len(), 2);
    }

    #[test]
    fn listed_passes_are_unless_flaky() {
        let results = [("m.a", Status::Ok)];
        let firm = verdict(&["m.a"], &results, "m.*  # not yet\n");
        assert_eq!(kinds(&firm), [(Kind::UnexpectedPass, "m.a")]);
        let flaky = verdict(&["m.a"], &results, "m.*  # not yet\nm.a  # flaky: races\n");
        assert!(flaky.problems.is_empty());
    }

    #[test]
    fn crashes_outside_the_baseline_count() {
        let results = [("m.exit", Status::Hang)];
        let open = verdict(&[], &results, "");
        assert_eq!(kinds(&open), [(Kind::BadEnd, "m.exit")]);
        assert_eq!(open.hung, 1);
        assert!(
            verdict(&[], &results, "m.exit  # threads\n")
                .problems
                .is_empty()
        );
    }

    #[test]
    fn a_failed_import_is_shown_and_its_methods_are_missing() {
        let verdict = verdict(
            &["m.a"],
            &[("m.import", Status::Error)],
            "m.*  # no import\n",
        );
        assert!(verdict.problems.is_empty());
        assert_eq!((verdict.passed, verdict.missing), (0, 1));
        assert_eq!(verdict.failing[0].id, "m.import");
    }
}
