//! Running a benchmark: one process with threads, or several processes at once. See `programs/crew.py` for the other side.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

/// What a run came to, all its processes together.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// From the first beginning to the last end.
    pub seconds: f64,
    /// Processor time.
    pub processor: f64,
    /// What each process has found.
    pub answer: String,
}

/// What one process says of itself.
#[derive(Debug, PartialEq)]
struct Told {
    begin: f64,
    end: f64,
    processor: f64,
    answer: String,
}

impl Told {
    fn read(text: &str) -> Result<Told, String> {
        let line = |name: &str| {
            let found = text.lines().find_map(|line| line.strip_prefix(name));
            found.ok_or_else(|| format!("{name:?} is missing in {text:?}"))
        };
        let number = |name: &str| {
            let value = line(name)?;
            value
                .parse::<f64>()
                .map_err(|_| format!("{name:?} is no number: {value:?}"))
        };
        Ok(Told {
            begin: number("begin ")?,
            end: number("end ")?,
            processor: number("user ")? + number("system ")?,
            answer: line("answer ")?.to_owned(),
        })
    }
}

/// Runs a command.
pub fn run(command: &[String]) -> Result<Outcome, String> {
    run_at_once(&[command.to_vec()])
}

/// Runs commands, which begin at once and do the same: the time of all.
pub fn run_at_once(commands: &[Vec<String>]) -> Result<Outcome, String> {
    let all = tell(commands)?;
    let answer = all[0].answer.clone();
    if let Some(other) = all.iter().find(|told| told.answer != answer) {
        return Err(format!("found {answer:?} and {:?}", other.answer));
    }
    Ok(together(&all, answer))
}

/// Runs commands, which begin at once and do a part each: their answers are numbers, and count together.
pub fn run_parts(commands: &[Vec<String>]) -> Result<Outcome, String> {
    let all = tell(commands)?;
    let mut sum: i128 = 0;
    for told in &all {
        let number: Result<i128, _> = told.answer.parse();
        sum += number.map_err(|_| format!("{:?} is no number", told.answer))?;
    }
    Ok(together(&all, sum.to_string()))
}

/// Runs commands, which begin at once: what each says.
fn tell(commands: &[Vec<String>]) -> Result<Vec<Told>, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", commands[0].join(" "));
    let mut crew = Vec::new();
    for command in commands {
        crew.push(Member::start(command).map_err(failed)?);
    }
    for member in &mut crew {
        member.await_ready().map_err(failed)?;
    }
    for member in &mut crew {
        member.go().map_err(failed)?;
    }
    let mut all = Vec::new();
    for member in crew {
        let text = member
            .finish()
            .map_err(|complaint| format!("{}: {complaint}", commands[0].join(" ")))?;
        all.push(Told::read(&text)?);
    }
    Ok(all)
}

fn together(all: &[Told], answer: String) -> Outcome {
    let begin = all
        .iter()
        .fold(f64::INFINITY, |so_far, told| told.begin.min(so_far));
    let end = all
        .iter()
        .fold(f64::NEG_INFINITY, |so_far, told| told.end.max(so_far));
    Outcome {
        seconds: end - begin,
        processor: all.iter().map(|told| told.processor).sum(),
        answer,
    }
}

/// One process. If it is dropped before its end, it is killed.
struct Member {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Member {
    fn start(command: &[String]) -> std::io::Result<Member> {
        let mut child = Command::new(&command[0])
            .args(&command[1..])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().expect("it was asked for");
        Ok(Member {
            child,
            output: BufReader::new(output),
        })
    }

    fn await_ready(&mut self) -> std::io::Result<()> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        if line == "ready\n" {
            return Ok(());
        }
        let text = format!("printed {line:?}, not that it is ready");
        Err(std::io::Error::other(text))
    }

    fn go(&mut self) -> std::io::Result<()> {
        let mut input = self.child.stdin.take().expect("it was asked for");
        input.write_all(b"go\n")
    }

    fn finish(mut self) -> Result<String, String> {
        let mut text = String::new();
        let read = self.output.read_to_string(&mut text);
        let status = self.child.wait().map_err(|error| error.to_string())?;
        read.map_err(|error| error.to_string())?;
        if !status.success() {
            return Err(status.to_string());
        }
        Ok(text)
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        // Both fail after its end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(begin: f64, end: f64, answer: &str) -> Told {
        Told {
            begin,
            end,
            processor: 1.0,
            answer: answer.to_owned(),
        }
    }

    #[test]
    fn what_a_process_says() {
        let text = "answer 4 and 5\nbegin 1.5\nend 2.5\nuser 0.75\nsystem 0.25\nswitches 3\n";
        assert_eq!(Told::read(text), Ok(told(1.5, 2.5, "4 and 5")));
        assert!(Told::read("answer 4\n").unwrap_err().contains("begin"));
        assert!(Told::read(&text.replace("2.5", "x")).is_err());
    }

    #[test]
    fn processes_count_from_the_first_beginning_to_the_last_end() {
        let outcome = together(&[told(1.0, 3.0, "4"), told(0.5, 2.0, "4")], "4".to_owned());
        assert_eq!(outcome.seconds, 2.5);
        assert_eq!(outcome.processor, 2.0);
    }

    #[test]
    fn processes_wait_for_each_other() {
        let shell = |text: &str| ["sh", "-c", text].map(str::to_owned).to_vec();
        let good = "echo ready; read line; echo answer $line; echo begin 1; echo end 2; echo user 0; echo system 0";
        let outcome = run_at_once(&[shell(good), shell(good), shell(good)]);
        assert_eq!(outcome.expect("three shells").answer, "go");
        assert!(run(&shell("echo no")).unwrap_err().contains("ready"));
        let bad = run(&shell("echo ready; read line; exit 3"));
        assert!(bad.unwrap_err().contains("3"));
    }

    #[test]
    fn answers() {
        let says = |answer: &str| {
            let rest = "echo begin 1; echo end 2; echo user 0; echo system 0";
            let text = format!("echo ready; read line; echo answer {answer}; {rest}");
            ["sh", "-c", &text].map(str::to_owned).to_vec()
        };
        assert!(run_at_once(&[says("4"), says("4")]).is_ok());
        assert!(run_at_once(&[says("4"), says("5")]).is_err());
        let parts = run_parts(&[says("4"), says("5")]).expect("two parts");
        assert_eq!(parts.answer, "9");
        assert!(run_parts(&[says("4"), says("all")]).is_err());
    }
}
