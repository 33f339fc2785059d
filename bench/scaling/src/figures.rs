//! One benchmark's figures: turns of runs, their medians, and ratios formed turn by turn.

use crate::arguments::Arguments;
use crate::benchmarks::Benchmark;
use crate::crew::{self, Outcome};

/// A Python that takes part.
pub struct Contestant {
    command: Vec<String>,
    programs: String,
    examples: String,
}

impl Contestant {
    /// The command, and where it finds the programs and the examples.
    pub fn new(command: &[String], programs: &str, examples: &str) -> Contestant {
        Contestant {
            command: command.to_vec(),
            programs: programs.to_owned(),
            examples: examples.to_owned(),
        }
    }

    /// The command that runs a benchmark with so many threads.
    fn line(
        &self,
        benchmark: &Benchmark,
        option: Option<&str>,
        threads: usize,
        size: f64,
    ) -> Vec<String> {
        let mut line = self.command.clone();
        line.extend(option.map(str::to_owned));
        line.push(format!("{}/crew.py", self.programs));
        line.push(benchmark.target(&self.programs, &self.examples));
        line.push(threads.to_string());
        line.push(size.to_string());
        line
    }
}

/// 1, 2, 4 ... and the number itself.
pub fn counts(most: usize) -> Vec<usize> {
    let mut counts: Vec<usize> = std::iter::successors(Some(1), |count| Some(count * 2))
        .take_while(|&count| count < most)
        .collect();
    counts.push(most);
    counts
}

/// All runs of one turn.
#[derive(Debug)]
pub struct Turn {
    /// One thread in global mode.
    pub global: Outcome,
    /// For each count, so many threads.
    pub threads: Vec<Outcome>,
    /// For each count, so many processes of one thread, which do a part of the work each. That of one is the one thread.
    pub processes: Vec<Outcome>,
    /// For each other Python, for each count, so many threads.
    pub others: Vec<Vec<Outcome>>,
}

/// A line of the table: so many threads.
#[derive(Debug)]
pub struct Line {
    /// How many.
    pub threads: usize,
    /// How long they took.
    pub seconds: f64,
    /// One thread's time to theirs.
    pub speed_up: f64,
    /// The speed-up of as many processes.
    pub ceiling: f64,
    /// The share of the ceiling that they reach.
    pub reached: f64,
    /// Half of the turns lie between these two.
    pub quartiles: (f64, f64),
    /// Their processor time to one thread's.
    pub processor: f64,
    /// The other Pythons' times and speed-ups.
    pub others: Vec<(f64, f64)>,
}

/// A benchmark's figures.
#[derive(Debug)]
pub struct Figures {
    /// Which.
    pub benchmark: &'static Benchmark,
    /// One thread's time in rwlock mode to that in global mode.
    pub to_global: f64,
    /// For each count of threads.
    pub lines: Vec<Line>,
}

impl Figures {
    /// Runs it.
    pub fn measure(
        benchmark: &'static Benchmark,
        arguments: &Arguments,
        counts: &[usize],
        ours: &Contestant,
        others: &[Contestant],
    ) -> Result<Figures, String> {
        let turns: Result<Vec<Turn>, String> = (0..arguments.runs)
            .map(|_| Turn::run(benchmark, arguments.size, counts, ours, others))
            .collect();
        Figures::of(benchmark, counts, &turns?)
    }

    /// Of at least one turn.
    pub fn of(
        benchmark: &'static Benchmark,
        counts: &[usize],
        turns: &[Turn],
    ) -> Result<Figures, String> {
        let answer = &turns[0].global.answer;
        for outcome in turns.iter().flat_map(Turn::outcomes) {
            if outcome.answer != *answer {
                return Err(format!("found {answer:?}, and {:?}", outcome.answer));
            }
        }
        let over = |of: &dyn Fn(&Turn) -> f64| median(turns.iter().map(of));
        let reached =
            |turn: &Turn, index: usize| turn.processes[index].seconds / turn.threads[index].seconds;
        let line = |index: usize, &threads: &usize| Line {
            threads,
            seconds: over(&|turn| turn.threads[index].seconds),
            speed_up: over(&|turn| turn.threads[0].seconds / turn.threads[index].seconds),
            ceiling: over(&|turn| turn.threads[0].seconds / turn.processes[index].seconds),
            reached: over(&|turn| reached(turn, index)),
            quartiles: {
                let at = |part| quantile(turns.iter().map(|turn| reached(turn, index)), part);
                (at(0.25), at(0.75))
            },
            processor: over(&|turn| turn.threads[index].processor / turn.threads[0].processor),
            others: (0..turns[0].others.len())
                .map(|other| {
                    let seconds = over(&|turn| turn.others[other][index].seconds);
                    let speed_up = over(&|turn| {
                        turn.others[other][0].seconds / turn.others[other][index].seconds
                    });
                    (seconds, speed_up)
                })
                .collect(),
        };
        Ok(Figures {
            benchmark,
            to_global: over(&|turn| turn.threads[0].seconds / turn.global.seconds),
            lines: counts
                .iter()
                .enumerate()
                .map(|(index, threads)| line(index, threads))
                .collect(),
        })
    }
}

impl Turn {
    fn run(
        benchmark: &Benchmark,
        size: f64,
        counts: &[usize],
        ours: &Contestant,
        others: &[Contestant],
    ) -> Result<Turn, String> {
        let line = |mode: &str, threads| ours.line(benchmark, Some(mode), threads, size);
        let global = crew::run(&line("--gil=global", 1))?;
        let (mut threads, mut processes) = (Vec::new(), Vec::new());
        for &count in counts {
            let outcome = crew::run(&line("--gil=rwlock", count))?;
            processes.push(match count {
                1 => outcome.clone(),
                _ => processes_at_once(benchmark, &line("--gil=rwlock", 1), count)?,
            });
            threads.push(outcome);
        }
        let other = |contestant: &Contestant| {
            counts
                .iter()
                .map(|&count| crew::run(&contestant.line(benchmark, None, count, size)))
                .collect()
        };
        Ok(Turn {
            global,
            threads,
            processes,
            others: others.iter().map(other).collect::<Result<_, String>>()?,
        })
    }

    fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        std::iter::once(&self.global)
            .chain(&self.threads)
            .chain(&self.processes)
            .chain(self.others.iter().flatten())
    }
}

/// So many processes that do the work together. Of a whole program, which cannot be divided, each does all, and the time is divided.
fn processes_at_once(
    benchmark: &Benchmark,
    line: &[String],
    count: usize,
) -> Result<Outcome, String> {
    if benchmark.has_parts() {
        let part = |part| [line, &[format!("{part}/{count}")]].concat();
        let parts: Vec<Vec<String>> = (0..count).map(part).collect();
        return crew::run_parts(&parts);
    }
    let whole = crew::run_at_once(&vec![line.to_vec(); count])?;
    Ok(Outcome {
        seconds: whole.seconds / count as f64,
        processor: whole.processor / count as f64,
        ..whole
    })
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    quantile(values, 0.5)
}

/// The value that this part of them lie below; between two values it is in proportion.
fn quantile(values: impl Iterator<Item = f64>, part: f64) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let place = part * (values.len() - 1) as f64;
    let (below, above) = (
        values[place.floor() as usize],
        values[place.ceil() as usize],
    );
    below + (above - below) * place.fract()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::benchmarks::ALL;

    fn outcome(seconds: f64) -> Outcome {
        Outcome {
            seconds,
            processor: 2.0 * seconds,
            answer: "right".to_owned(),
        }
    }

    fn turn(global: f64, one: f64, two: f64, processes: f64) -> Turn {
        Turn {
            global: outcome(global),
            threads: vec![outcome(one), outcome(two)],
            processes: vec![outcome(one), outcome(processes)],
            others: vec![vec![outcome(3.0), outcome(4.0)]],
        }
    }

    /// The figures of one turn: one thread in both modes, two threads, two processes.
    pub(crate) fn figures(name: &str, global: f64, one: f64, two: f64, processes: f64) -> Figures {
        let benchmark = ALL.iter().find(|benchmark| benchmark.name == name);
        let turns = [turn(global, one, two, processes)];
        Figures::of(benchmark.expect("a benchmark"), &[1, 2], &turns).expect("figures")
    }

    #[test]
    fn how_many_threads() {
        assert_eq!(counts(1), [1]);
        assert_eq!(counts(2), [1, 2]);
        assert_eq!(counts(6), [1, 2, 4, 6]);
        assert_eq!(counts(8), [1, 2, 4, 8]);
    }

    #[test]
    fn ratios_are_formed_turn_by_turn() {
        let turns = [
            turn(1.0, 2.0, 1.0, 1.25),
            turn(4.0, 4.0, 4.0, 2.0),
            turn(1.0, 1.1, 0.5, 0.5),
        ];
        let figures = Figures::of(&ALL[0], &[1, 2], &turns).expect("figures");
        assert_eq!(figures.to_global, 1.1);
        let [one, two] = &figures.lines[..] else {
            panic!("two lines")
        };
        assert_eq!((one.speed_up, one.reached, one.processor), (1.0, 1.0, 1.0));
        assert_eq!(two.seconds, 1.0);
        assert_eq!(two.speed_up, 2.0);
        assert_eq!(two.ceiling, 2.0);
        assert_eq!(two.reached, 1.0);
        assert_eq!(two.others, [(4.0, 0.75)]);
    }

    #[test]
    fn quantiles() {
        let of = |values: &[f64], part| quantile(values.iter().copied(), part);
        assert_eq!(of(&[3.0], 0.25), 3.0);
        assert_eq!(of(&[2.0, 1.0], 0.5), 1.5);
        assert_eq!(of(&[5.0, 1.0, 4.0, 2.0, 3.0], 0.25), 2.0);
        assert_eq!(of(&[1.0, 2.0, 3.0, 4.0], 0.75), 3.25);
    }

    #[test]
    fn answers_must_agree() {
        let mut wrong = turn(1.0, 1.0, 1.0, 1.0);
        wrong.others[0][1].answer = "wrong".to_owned();
        let complaint = Figures::of(&ALL[0], &[1, 2], &[wrong]).unwrap_err();
        assert!(complaint.contains("wrong"));
    }

    #[test]
    fn command_lines() {
        let contestant = Contestant::new(&["grwl".to_owned()], "/p", "/e");
        let benchmark = |name: &str| {
            ALL.iter()
                .find(|benchmark| benchmark.name == name)
                .expect(name)
        };
        let line = contestant.line(benchmark("word_count"), Some("--gil=rwlock"), 2, 0.5);
        assert_eq!(
            line,
            [
                "grwl",
                "--gil=rwlock",
                "/p/crew.py",
                "/e/word_count.py",
                "2",
                "0.5"
            ]
        );
        let line = contestant.line(benchmark("queens"), None, 1, 1.0);
        assert_eq!(line, ["grwl", "/p/crew.py", "/p/queens.py", "1", "1"]);
        let line = contestant.line(benchmark("generators"), None, 1, 1.0);
        assert_eq!(line[2], "generators");
    }
}
