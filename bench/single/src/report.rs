//! Medians, ratios, the table, and what is beyond its limit.

use std::time::Duration;

use crate::measure::Run;
use crate::programs::Benchmark;

/// No program may need more than this times the other's memory, for `--check`.
const MEMORY_LIMIT: f64 = 1.5;
/// Nor may the programs' times, in the geometric mean.
const MEAN_LIMIT: f64 = 1.0;

/// The two medians of one interpreter.
pub struct Medians {
    seconds: f64,
    mebibytes: f64,
}

impl Medians {
    /// Of at least one run.
    pub fn of(runs: &[Run]) -> Medians {
        Medians {
            seconds: median(runs.iter().map(|run| Duration::as_secs_f64(&run.time))),
            mebibytes: median(runs.iter().map(|run| run.memory as f64 / 1024.0)),
        }
    }
}

/// A line of the table.
pub struct Row<'a> {
    /// What was run.
    pub benchmark: &'a Benchmark,
    /// By the interpreter in question.
    pub python: Medians,
    /// By the other.
    pub against: Medians,
}

impl Row<'_> {
    fn time_ratio(&self) -> f64 {
        self.python.seconds / self.against.seconds
    }

    fn memory_ratio(&self) -> f64 {
        self.python.mebibytes / self.against.mebibytes
    }

    /// The line itself.
    pub fn line(&self) -> String {
        format!(
            "{:16} {:9.1} {:9.1} {:7.2}   {:8.1} {:8.1} {:7.2}",
            self.benchmark.name,
            self.python.seconds * 1e3,
            self.against.seconds * 1e3,
            self.time_ratio(),
            self.python.mebibytes,
            self.against.mebibytes,
            self.memory_ratio(),
        )
    }
}

/// Above the lines.
pub fn heading() -> String {
    format!(
        "{:16} {:>9} {:>9} {:>7}   {:>8} {:>8} {:>7}",
        "medians", "ms", "against", "ratio", "MiB", "against", "ratio"
    )
}

/// The geometric means of the programs' ratios, of time and of memory; the starts stand for themselves.
pub fn means(rows: &[Row]) -> Option<(f64, f64)> {
    let programs = || rows.iter().filter(|row| !row.benchmark.is_start());
    let time = geometric_mean(programs().map(Row::time_ratio))?;
    Some((time, geometric_mean(programs().map(Row::memory_ratio))?))
}

/// Every limit that is passed, in words.
pub fn violations(rows: &[Row]) -> Vec<String> {
    let mut result = Vec::new();
    let mut judge = |what: String, ratio: f64, limit: f64| {
        if ratio > limit {
            result.push(format!("{what}: {ratio:.2}, and may be {limit:.1}"));
        }
    };
    for row in rows {
        let name = row.benchmark.name;
        judge(
            format!("time of {name}"),
            row.time_ratio(),
            row.benchmark.time_limit(),
        );
        judge(
            format!("memory of {name}"),
            row.memory_ratio(),
            MEMORY_LIMIT,
        );
    }
    if let Some((time, _)) = means(rows) {
        judge("mean time".to_owned(), time, MEAN_LIMIT);
    }
    result
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        f64::midpoint(values[middle - 1], values[middle])
    }
}

fn geometric_mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum) = values.fold((0, 0.0), |(count, sum), value| {
        (count + 1, sum + value.ln())
    });
    (count > 0).then(|| (sum / f64::from(count)).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::programs::ALL;

    fn row(name: &str, time: f64, memory: f64) -> Row<'static> {
        let benchmark = ALL
            .iter()
            .find(|benchmark| benchmark.name == name)
            .expect("a benchmark");
        let medians = |seconds, mebibytes| Medians { seconds, mebibytes };
        Row {
            benchmark,
            python: medians(time, memory),
            against: medians(1.0, 1.0),
        }
    }

    #[test]
    fn medians_and_means() {
        assert_eq!(median([3.0, 1.0, 2.0].into_iter()), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0].into_iter()), 2.5);
        assert_eq!(geometric_mean([].into_iter()), None);
        let rows = [
            row("nbody", 4.0, 1.0),
            row("richards", 0.25, 4.0),
            row("start_pass", 9.0, 9.0),
        ];
        let (time, memory) = means(&rows).expect("programs");
        assert!((time - 1.0).abs() < 1e-12 && (memory - 2.0).abs() < 1e-12);
        assert!(means(&rows[2..]).is_none());
    }

    #[test]
    fn limits() {
        let good = [
            row("nbody", 2.0, 1.5),
            row("richards", 0.5, 1.0),
            row("start_pass", 1.2, 1.0),
            row("start_imports", 1.5, 1.0),
        ];
        assert_eq!(violations(&good), Vec::<String>::new());
        for (row, start) in [
            (row("nbody", 2.1, 1.0), "time of nbody: 2.10"),
            (row("start_pass", 1.3, 1.0), "time of start_pass: 1.30"),
            (
                row("start_imports", 1.6, 1.0),
                "time of start_imports: 1.60",
            ),
            (row("nbody", 0.5, 1.6), "memory of nbody: 1.60"),
            (row("nbody", 1.1, 1.0), "mean time: 1.10"),
        ] {
            let found = violations(&[row]);
            assert!(
                found.iter().any(|text| text.starts_with(start)),
                "{found:?}"
            );
        }
    }
}
