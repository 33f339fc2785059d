//! The table, the means, and what is beyond its limit.

use std::fmt::Write;

use crate::benchmarks::Sharing;
use crate::figures::Figures;

/// The limits are for so many threads.
const CHECKED: usize = 2;
/// What shares nothing or only reads must reach this share of the ceiling.
const LEAST_REACHED: f64 = 0.95;
/// What writes to shared objects must have at least this speed-up.
const LEAST_SPEED_UP: f64 = 1.0;
/// So much longer one thread may take in rwlock mode, in the geometric mean.
const MOST_TO_GLOBAL: f64 = 1.03;

/// What stands above the columns.
pub fn heading(others: &[String]) -> String {
    let mut text = format!(
        "{:24} {:>7} {:>8} {:>8} {:>8} {:>8} {:>11} {:>8} {:>10}",
        "",
        "threads",
        "seconds",
        "speed-up",
        "ceiling",
        "reached",
        "(half of it)",
        "CPU",
        "to global"
    );
    for name in others {
        let _ = write!(text, "   {name}: seconds, speed-up");
    }
    text
}

/// A benchmark's lines.
pub fn lines(figures: &Figures) -> String {
    let mut text = String::new();
    for (index, line) in figures.lines.iter().enumerate() {
        let name = if index == 0 {
            figures.benchmark.name
        } else {
            ""
        };
        let _ = write!(text, "{name:24} {:7} {:8.3}", line.threads, line.seconds);
        if index == 0 {
            let _ = write!(text, " {:>48} {:10.3}", "", figures.to_global);
        } else {
            let _ = write!(
                text,
                " {:8.2} {:8.2} {:6.0} % {:>12} {:8.2} {:>10}",
                line.speed_up,
                line.ceiling,
                line.reached * 100.0,
                format!(
                    "({:.0} to {:.0})",
                    line.quartiles.0 * 100.0,
                    line.quartiles.1 * 100.0
                ),
                line.processor,
                ""
            );
        }
        for (seconds, speed_up) in &line.others {
            let _ = write!(text, "   {seconds:8.3} {speed_up:6.2}");
        }
        text.push('\n');
    }
    text
}

/// Geometric means by what is shared, and that of the two modes.
pub fn summary(all: &[Figures]) -> String {
    let mut text = String::new();
    let counts = all.first().map_or(0, |figures| figures.lines.len());
    for index in 1..counts {
        for sharing in Sharing::ALL {
            let mean = |of: &dyn Fn(&Figures) -> f64| {
                let chosen = all
                    .iter()
                    .filter(|figures| figures.benchmark.sharing == sharing);
                geometric_mean(chosen.map(of))
            };
            let reached = mean(&|figures| figures.lines[index].reached);
            let speed_up = mean(&|figures| figures.lines[index].speed_up);
            if let (Some(reached), Some(speed_up)) = (reached, speed_up) {
                let _ = writeln!(
                    text,
                    "mean, {} threads, {}: speed-up {speed_up:.2}, {:.0} % of the ceiling",
                    all[0].lines[index].threads,
                    sharing.title(),
                    reached * 100.0
                );
            }
        }
    }
    if let Some(mean) = to_global(all) {
        let _ = writeln!(
            text,
            "mean, one thread in rwlock mode to one in global mode: {mean:.3}"
        );
    }
    text
}

/// What is beyond its limit.
pub fn violations(all: &[Figures]) -> Vec<String> {
    let mut found = Vec::new();
    for figures in all {
        let name = figures.benchmark.name;
        let Some(line) = figures.lines.iter().find(|line| line.threads == CHECKED) else {
            continue;
        };
        match figures.benchmark.sharing {
            Sharing::Nothing | Sharing::Reads if line.reached < LEAST_REACHED => {
                found.push(format!(
                    "{name}: {:.1} % of the ceiling",
                    line.reached * 100.0
                ));
            }
            Sharing::Writes if line.speed_up < LEAST_SPEED_UP => {
                found.push(format!("{name}: speed-up {:.3}", line.speed_up));
            }
            _ => {}
        }
    }
    if let Some(mean) = to_global(all)
        && mean > MOST_TO_GLOBAL
    {
        found.push(format!(
            "one thread in rwlock mode to one in global mode: {mean:.3}"
        ));
    }
    found
}

fn to_global(all: &[Figures]) -> Option<f64> {
    geometric_mean(all.iter().map(|figures| figures.to_global))
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
    use crate::figures::tests::figures;

    #[test]
    fn limits() {
        let good = [
            figures("computation", 1.0, 1.02, 0.51, 0.5),
            figures("shared_lock", 1.0, 1.0, 1.0, 0.5),
            figures("queens", 1.0, 1.0, 0.9, 0.5),
        ];
        assert_eq!(violations(&good), Vec::<String>::new());
        for (bad, complaint) in [
            (
                figures("computation", 1.0, 1.0, 0.54, 0.5),
                "computation: 92.6 %",
            ),
            (
                figures("shared_dict", 1.0, 1.0, 0.54, 0.5),
                "shared_dict: 92.6 %",
            ),
            (
                figures("shared_lock", 1.0, 1.0, 1.1, 0.5),
                "shared_lock: speed-up 0.909",
            ),
            (
                figures("queens", 1.0, 1.04, 0.5, 0.5),
                "one thread in rwlock mode",
            ),
        ] {
            let found = violations(&[bad]);
            assert!(
                found.iter().any(|text| text.starts_with(complaint)),
                "{found:?}"
            );
        }
    }

    #[test]
    fn the_table() {
        let all = [
            figures("computation", 1.0, 1.02, 0.51, 0.5),
            figures("queens", 1.0, 1.02, 1.02, 0.5),
        ];
        let text = lines(&all[0]);
        assert_eq!(text.lines().count(), 2);
        assert!(text.starts_with("computation") && text.contains("1.020") && text.contains("98 %"));
        assert!(heading(&["CPython".to_owned()]).ends_with("CPython: seconds, speed-up"));
        let text = summary(&all);
        assert!(
            text.contains("nothing is shared: speed-up 2.00, 98 %"),
            "{text}"
        );
        assert!(
            text.contains("whole programs: speed-up 1.00, 49 %"),
            "{text}"
        );
        assert!(text.ends_with("global mode: 1.020\n"), "{text}");
    }
}
