//! What is printed, and what is written to the results folder.

use std::fmt::Write as _;
use std::path::Path;

use crate::baseline::Baseline;
use crate::expected::ExpectedFailures;
use crate::judge::{Kind, Verdict, describe};
use crate::process::ModuleRun;

/// Problems of one kind that are named without `--verbose`.
const NAMED: usize = 20;

/// The table, a line a module, and the failing ids where asked for.
pub fn table(verdicts: &[Verdict], verbose: bool) -> String {
    let mut text = String::new();
    let width = verdicts
        .iter()
        .map(|verdict| verdict.module.len())
        .max()
        .unwrap_or(0)
        .max("module".len());
    let _ = writeln!(
        text,
        "{:width$} {:>8} {:>8} {:>7} {:>7} {:>7} {:>5} {:>7} {:>7} {:>8}",
        "module",
        "CPython",
        "passed",
        "percent",
        "failing",
        "crashed",
        "hung",
        "skipped",
        "missing",
        "seconds"
    );
    let mut line = |name: &str, n: [usize; 7], seconds: f64| {
        let [baseline, passed, failed, crashed, hung, skipped, missing] = n;
        let percent = percent(passed, baseline);
        let _ = writeln!(
            text,
            "{name:width$} {baseline:8} {passed:8} {percent:>7} {failed:7} {crashed:7} {hung:5} {skipped:7} {missing:7} {seconds:8.1}",
        );
    };
    let mut totals = [0; 7];
    let mut seconds = 0.0;
    for v in verdicts {
        let numbers = [
            v.baseline, v.passed, v.failed, v.crashed, v.hung, v.skipped, v.missing,
        ];
        for (total, number) in totals.iter_mut().zip(numbers) {
            *total += number;
        }
        seconds += v.seconds;
        line(&v.module, numbers, v.seconds);
    }
    line("total", totals, seconds);
    if verbose {
        for entry in verdicts.iter().flat_map(|verdict| &verdict.failing) {
            let _ = writeln!(text, "{}  {}", entry.id, describe(entry));
        }
    }
    text
}

/// Rounded down, so that only what is complete is 100 %.
fn percent(part: usize, whole: usize) -> String {
    if whole == 0 {
        return "-".to_string();
    }
    let tenths = part * 1000 / whole;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// The problems in words, and whether there are none.
pub fn problems(
    verdicts: &[Verdict],
    expected: &ExpectedFailures,
    verbose: bool,
) -> (String, bool) {
    let mut text = String::new();
    let mut well = true;
    for (kind, title) in [
        (
            Kind::Regression,
            "regressions: CPython passes them, and they are not listed",
        ),
        (Kind::BadEnd, "crashes and hangs that are not listed"),
        (
            Kind::UnexpectedPass,
            "unexpected passes: listed, but they pass",
        ),
    ] {
        let found: Vec<_> = verdicts
            .iter()
            .flat_map(|verdict| &verdict.problems)
            .filter(|problem| problem.kind == kind)
            .collect();
        if found.is_empty() {
            continue;
        }
        well = false;
        let _ = writeln!(text, "\n{} {title}", found.len());
        let shown = if verbose { found.len() } else { NAMED };
        for problem in found.iter().take(shown) {
            let _ = writeln!(text, "  {}  {}", problem.id, problem.what);
        }
        if found.len() > shown {
            let _ = writeln!(
                text,
                "  and {} more (--verbose names them)",
                found.len() - shown
            );
        }
    }
    for complaint in expected.complaints() {
        well = false;
        let _ = writeln!(text, "\n{complaint}");
    }
    (text, well)
}

/// The length of the list of expected failures.
pub fn listed(expected: &ExpectedFailures) -> String {
    format!(
        "{} entries, {} of them untriaged",
        expected.entries.len(),
        expected.untriaged()
    )
}

/// Writes every result of every module; a `*` marks what is in the baseline.
pub fn write_results(out: &Path, runs: &[ModuleRun], baselines: &[Baseline]) -> Result<(), String> {
    for (run, baseline) in runs.iter().zip(baselines) {
        let mut text = format!(
            "# {} in {:.1} s, {} restarts\n",
            run.module, run.seconds, run.restarts
        );
        for entry in run.entries.values() {
            let mark = if baseline.ids.contains(&entry.id) {
                '*'
            } else {
                ' '
            };
            let (status, id, seconds) = (entry.status.word(), &entry.id, entry.seconds);
            let _ = writeln!(
                text,
                "{status:5} {mark} {seconds:8.3} {id}  {}",
                entry.detail.replace('\n', " ")
            );
        }
        for id in baseline
            .ids
            .iter()
            .filter(|id| !run.entries.contains_key(*id))
        {
            let _ = writeln!(text, "{:5} * {:8} {id}", "gone", "");
        }
        write(&out.join(format!("{}.txt", run.module)), &text)?;
    }
    Ok(())
}

/// Writes the table.
pub fn write_summary(out: &Path, text: &str) -> Result<(), String> {
    write(&out.join("summary.txt"), text)
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_percent_is_all_of_it() {
        assert_eq!(percent(9999, 10000), "99.9");
        assert_eq!(percent(10000, 10000), "100.0");
        assert_eq!(percent(1, 3), "33.3");
        assert_eq!(percent(0, 0), "-");
    }
}
