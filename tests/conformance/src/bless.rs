//! Makes a new list of expected failures from the old one and a run.
//!
//! An entry stays while all that it matches still fails, or while it is flaky. A pattern of which a part passes by now is replaced by the
//! ids that are left, with its reason. What fails and is not listed is added as untriaged, a whole module
//! or class with one line where nothing in it passes. Entries of modules that were not run stay as they are.

use std::collections::{BTreeMap, BTreeSet};

use crate::baseline::Baseline;
use crate::expected::{Expectation, ExpectedFailures, UNTRIAGED};
use crate::pattern::{is_glob, matches};
use crate::process::ModuleRun;
use crate::progress::Status;

/// Ids of a class that get one line instead of one each.
const WORTH_A_PATTERN: usize = 3;

/// What was seen in all modules that ran.
struct Seen<'a> {
    failing: BTreeSet<&'a str>,
    passing: BTreeSet<&'a str>,
}

impl Seen<'_> {
    fn fails_throughout(&self, pattern: &str) -> bool {
        !self.passing.iter().any(|id| matches(pattern, id))
    }

    fn failing(&self, pattern: &str) -> BTreeSet<String> {
        self.failing
            .iter()
            .filter(|id| matches(pattern, id))
            .map(ToString::to_string)
            .collect()
    }
}

/// The new list.
pub fn bless(
    old: &ExpectedFailures,
    baselines: &[Baseline],
    runs: &[ModuleRun],
) -> ExpectedFailures {
    let mut seen = Seen {
        failing: BTreeSet::new(),
        passing: BTreeSet::new(),
    };
    for (baseline, run) in baselines.iter().zip(runs) {
        for entry in run.entries.values() {
            if entry.status == Status::Ok {
                seen.passing.insert(&entry.id);
            } else if entry.status.ended_badly() {
                seen.failing.insert(&entry.id);
            }
        }
        let failing = baseline
            .ids
            .iter()
            .map(String::as_str)
            .filter(|id| !seen.passing.contains(id));
        seen.failing.extend(failing.collect::<Vec<_>>());
    }

    let mut entries = Vec::new();
    let mut left: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut covered: BTreeSet<String> = BTreeSet::new();
    for entry in &old.entries {
        let failing = seen.failing(&entry.pattern);
        let ran =
            runs.iter().any(|run| concerns(&entry.pattern, &run.module)) || !failing.is_empty();
        if !ran
            || entry.is_flaky()
            || (!failing.is_empty() && seen.fails_throughout(&entry.pattern))
        {
            covered.extend(failing);
            entries.push(entry.clone());
        } else {
            left.entry(&entry.reason).or_default().extend(failing);
        }
    }
    for ids in left.values_mut() {
        ids.retain(|id| covered.insert(id.clone()));
    }
    let new = seen
        .failing
        .iter()
        .map(ToString::to_string)
        .filter(|id| !covered.contains(id));
    left.entry(UNTRIAGED)
        .or_default()
        .extend(new.collect::<Vec<_>>());

    for (reason, ids) in left {
        let modules = runs.iter().map(|run| run.module.as_str());
        for pattern in shorten(ids, &seen, modules) {
            entries.push(Expectation {
                pattern,
                reason: reason.to_string(),
            });
        }
    }
    entries.sort();
    entries.dedup_by(|later, earlier| later.pattern == earlier.pattern);
    let head = if old.head.is_empty() {
        HEAD.map(str::to_string).to_vec()
    } else {
        old.head.clone()
    };
    ExpectedFailures { head, entries }
}

/// What stands at the top of a new file.
const HEAD: [&str; 3] = [
    "# What CPython passes and grwl does not: an id, or a pattern with * and ?, then the reason.",
    "# A reason that begins with `flaky` lets it pass as well. `cargo run -p conformance -- --bless` rewrites",
    "# this file, keeps the reasons, and adds what is new as `untriaged`.",
];

/// Whether a pattern speaks of a module's ids.
fn concerns(pattern: &str, module: &str) -> bool {
    pattern == module
        || pattern
            .strip_prefix(module)
            .is_some_and(|rest| rest.starts_with('.'))
}

/// Puts one pattern in the place of all ids of a module or class where it matches these and nothing else.
fn shorten<'a>(
    mut ids: BTreeSet<String>,
    seen: &Seen,
    modules: impl Iterator<Item = &'a str>,
) -> Vec<String> {
    let mut patterns = Vec::new();
    let mut candidates: Vec<String> = modules.map(|module| format!("{module}.*")).collect();
    let classes: BTreeSet<&str> = ids
        .iter()
        .filter_map(|id| id.rsplit_once('.'))
        .map(|(class, _)| class)
        .collect();
    candidates.extend(classes.iter().map(|class| format!("{class}.*")));
    for pattern in candidates {
        let matched = seen.failing(&pattern);
        if matched.len() >= WORTH_A_PATTERN
            && matched.is_subset(&ids)
            && seen.fails_throughout(&pattern)
        {
            ids.retain(|id| !matched.contains(id));
            patterns.push(pattern);
        }
    }
    debug_assert!(patterns.iter().all(|pattern| is_glob(pattern)));
    patterns.extend(ids);
    patterns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Entry;

    /// A run of module `m` with the baseline `ids`; those in `passing` pass, those in `crashing` crash.
    fn blessed(old: &str, ids: &[&str], passing: &[&str], crashing: &[&str]) -> Vec<String> {
        let entry = |id: &str, status| {
            (
                id.to_string(),
                Entry {
                    id: id.to_string(),
                    status,
                    seconds: 0.0,
                    detail: String::new(),
                },
            )
        };
        let mut entries: BTreeMap<String, Entry> =
            ids.iter().map(|id| entry(id, Status::Fail)).collect();
        entries.extend(passing.iter().map(|id| entry(id, Status::Ok)));
        entries.extend(crashing.iter().map(|id| entry(id, Status::Crash)));
        let run = ModuleRun {
            module: "m".to_string(),
            entries,
            seconds: 0.0,
            restarts: 0,
        };
        let baseline = Baseline::new("m", ids.iter().map(ToString::to_string));
        let list = bless(&ExpectedFailures::parse(old), &[baseline], &[run]);
        list.entries
            .into_iter()
            .map(|entry| format!("{}  # {}", entry.pattern, entry.reason))
            .collect()
    }

    #[test]
    fn reasons_are_kept_and_new_failures_are_untriaged() {
        let old = "m.A.a  # big\nm.A.b  # small\n";
        let list = blessed(
            old,
            &["m.A.a", "m.A.b", "m.A.c", "m.A.d"],
            &["m.A.b", "m.A.d"],
            &[],
        );
        assert_eq!(list, ["m.A.a  # big", "m.A.c  # untriaged"]);
    }

    #[test]
    fn a_module_of_which_nothing_passes_is_one_line() {
        let list = blessed("", &["m.A.a", "m.A.b", "m.B.c"], &[], &["m.import"]);
        assert_eq!(list, ["m.*  # untriaged"]);
    }

    #[test]
    fn a_class_of_which_nothing_passes_is_one_line() {
        let ids = ["m.A.a", "m.A.b", "m.A.c", "m.B.a", "m.B.b", "m.B.c"];
        assert_eq!(
            blessed("", &ids, &["m.B.b"], &[]),
            [
                "m.A.*  # untriaged",
                "m.B.a  # untriaged",
                "m.B.c  # untriaged"
            ]
        );
    }

    #[test]
    fn a_pattern_of_which_some_pass_is_taken_apart() {
        let list = blessed(
            "m.*  # not yet\n",
            &["m.A.a", "m.A.b", "m.A.c"],
            &["m.A.b"],
            &[],
        );
        assert_eq!(list, ["m.A.a  # not yet", "m.A.c  # not yet"]);
    }

    #[test]
    fn a_pattern_that_still_fails_throughout_stays() {
        let old = "m.A.*  # not yet\n";
        assert_eq!(
            blessed(old, &["m.A.a", "m.A.b"], &[], &[]),
            ["m.A.*  # not yet"]
        );
    }

    #[test]
    fn crashes_outside_the_baseline_are_added() {
        assert_eq!(
            blessed("", &["m.A.a"], &["m.A.a"], &["m.exit"]),
            ["m.exit  # untriaged"]
        );
    }

    #[test]
    fn flaky_entries_and_those_of_other_modules_stay() {
        let old = "m.A.a  # flaky: races\nmm.A.a  # other\nm.gone  # unknown\n";
        assert_eq!(
            blessed(old, &["m.A.a"], &["m.A.a"], &[]),
            ["m.A.a  # flaky: races", "mm.A.a  # other"]
        );
    }

    #[test]
    fn blessing_twice_changes_nothing() {
        let ids = ["m.A.a", "m.A.b", "m.A.c", "m.B.a"];
        let once = blessed("m.B.*  # mine\n", &ids, &[], &["m.exit"]);
        let twice = blessed(&once.join("\n"), &ids, &[], &["m.exit"]);
        assert_eq!(once, twice);
        assert_eq!(
            once,
            ["m.A.*  # untriaged", "m.B.*  # mine", "m.exit  # untriaged"]
        );
    }
}
