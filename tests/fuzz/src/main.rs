//! Looks for programs that crash grwl.
//!
//! `fuzz --python GRWL [--minutes N | --batches N] [--seed N] [--gil MODE] [--without MODE,...] [--keep FOLDER] [--patience SECONDS] [FOLDER...]`
//!
//! Texts are made by mutation of the standard library's sources and of the programs in the FOLDERs, and out of nothing (`mutate`, `grammar`); a batch of
//! them goes to a child (`batch`), which may do no harm (`cage`), in both modes of the global lock in turn. What crashes or hangs it is made small and kept
//! (`finding`). The texts depend on the seed alone; `fuzz --replay FILE.py...` runs kept ones again, by the notes beside them.

mod batch;
mod cage;
mod corpus;
mod finding;
mod grammar;
mod mutate;
mod random;
mod tokens;

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use batch::{Bench, Case, End, MODES, Mode};
use corpus::Corpus;
use finding::Findings;
use random::Random;

/// Cases for one child.
const BATCH: usize = 200;
const NAMES: &str = include_str!("../names.py");
const GIL: [&str; 2] = ["rwlock", "global"];

struct Options {
    python: PathBuf,
    keep: PathBuf,
    time: Duration,
    batches: usize,
    seed: u64,
    gil: Option<String>,
    patience: Duration,
    folders: Vec<PathBuf>,
    replay: Vec<PathBuf>,
    /// Modes that are left out.
    without: Vec<String>,
}

fn options() -> Result<Options, String> {
    let mut options = Options {
        python: PathBuf::new(),
        keep: PathBuf::from("target/fuzz"),
        time: Duration::from_secs(600),
        batches: usize::MAX,
        seed: 0,
        gil: None,
        patience: Duration::from_secs(30),
        folders: Vec::new(),
        replay: Vec::new(),
        without: Vec::new(),
    };
    let mut arguments = std::env::args().skip(1);
    let mut is_replay = false;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument}: what?"));
        let number = |text: String| {
            text.parse::<u64>()
                .map_err(|_| format!("not a number: {text}"))
        };
        match argument.as_str() {
            "--python" => options.python = value()?.into(),
            "--keep" => options.keep = value()?.into(),
            "--minutes" => options.time = Duration::from_secs(60 * number(value()?)?),
            "--batches" => options.batches = number(value()?)? as usize,
            "--seed" => options.seed = number(value()?)?,
            "--gil" => options.gil = Some(value()?),
            "--patience" => options.patience = Duration::from_secs(number(value()?)?),
            "--without" => options.without = value()?.split(',').map(str::to_owned).collect(),
            "--replay" => is_replay = true,
            flag if flag.starts_with('-') => return Err(format!("unknown option {flag}")),
            path if is_replay => options.replay.push(path.into()),
            path => options.folders.push(path.into()),
        }
    }
    if options.python.as_os_str().is_empty() {
        return Err("--python is needed".to_owned());
    }
    let absolute = |path: &Path| std::path::absolute(path).map_err(|error| error.to_string());
    options.python = absolute(&options.python)?;
    options.keep = absolute(&options.keep)?;
    Ok(options)
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("fuzz: {problem}");
            return ExitCode::from(2);
        }
    };
    let result = if options.replay.is_empty() {
        search(&options)
    } else {
        replay(&options)
    };
    match result {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("fuzz: {error}");
            ExitCode::from(2)
        }
    }
}

fn bench(options: &Options) -> io::Result<Bench> {
    let folder = std::env::temp_dir().join(format!("grwl-fuzz-{}", std::process::id()));
    Bench::new(options.python.clone(), folder, options.patience)
}

/// Searches until the time is over. How many faults there were.
fn search(options: &Options) -> io::Result<usize> {
    let start = Instant::now();
    let bench = bench(options)?;
    let callables = bench.ask(NAMES)?.lines().map(str::to_owned).collect();
    let mut folders = options.folders.clone();
    folders.push(rustpython_pylib::LIB_PATH.into());
    let corpus = Corpus::read(&folders, callables);
    println!(
        "fuzz: {} chunks, {} callables, seed {}",
        corpus.len(),
        corpus.callables.len(),
        options.seed
    );
    let modes: Vec<(Mode, usize)> = (0..)
        .zip(MODES)
        .filter(|(_, (name, _))| !options.without.iter().any(|without| without == name))
        .map(|(number, (_, weight))| (number, *weight))
        .collect();
    let mut findings = Findings::default();
    let [mut cases, mut runaways, mut memory] = [0; 3];
    let mut told = Instant::now();
    for number in 0..options.batches {
        if start.elapsed() > options.time {
            break;
        }
        let mut random = Random::new(
            options
                .seed
                .wrapping_mul(1 << 32)
                .wrapping_add(number as u64),
        );
        let gil = options.gil.as_deref().unwrap_or(GIL[number % 2]);
        let mut batch: Vec<Case> = (0..BATCH)
            .map(|_| case(&corpus, &modes, &mut random))
            .collect();
        // A child that ends early leaves the rest to the next one.
        while !batch.is_empty() {
            let outcome = bench.run(&batch, gil)?;
            let begun = outcome.last.map_or(1, |last| last + 1);
            if matches!(outcome.end, End::Crash(_) | End::Hang) {
                findings.add(&bench, &batch[..begun], gil, &outcome, &options.keep)?;
            }
            runaways += usize::from(outcome.end == End::Runaway);
            memory += usize::from(outcome.end == End::Memory);
            let done = if outcome.end == End::Done {
                batch.len()
            } else {
                begun
            };
            cases += done;
            batch.drain(..done);
        }
        if told.elapsed().as_secs() >= 60 {
            told = Instant::now();
            println!(
                "fuzz: {:.0} s, {cases} cases, {runaways} runaways, {memory} out of memory, {} faults",
                start.elapsed().as_secs_f64(),
                findings.len()
            );
        }
    }
    println!(
        "fuzz: {cases} cases, {runaways} runaways, {memory} out of memory, {} faults",
        findings.len()
    );
    std::fs::remove_dir_all(&bench.folder)?;
    Ok(findings.len())
}

fn case(corpus: &Corpus, modes: &[(Mode, usize)], random: &mut Random) -> Case {
    let text = match random.below(20) {
        0 => mutate::soup(random),
        1..=4 => grammar::program(random),
        5..=9 => grammar::calls(random, &corpus.callables),
        _ => mutate::program(corpus, random),
    };
    let mut ticket = random.below(modes.iter().map(|mode| mode.1).sum());
    let mut which = modes.iter();
    let mode = loop {
        let (mode, weight) = which.next().expect("a ticket is below the sum");
        if ticket < *weight {
            break *mode;
        }
        ticket -= weight;
    };
    Case {
        mode,
        seed: random.bits(),
        text,
    }
}

/// Runs kept cases again. How many still end badly.
fn replay(options: &Options) -> io::Result<usize> {
    let bench = bench(options)?;
    let mut bad = 0;
    for path in &options.replay {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let (stem, index) = match name.split('.').collect::<Vec<_>>()[..] {
            [stem, index, _] => (stem.to_owned(), index.to_owned()),
            _ => (name.to_string(), "0".to_owned()),
        };
        let notes =
            std::fs::read_to_string(path.with_file_name(format!("{stem}.txt"))).unwrap_or_default();
        let word_after = |line: &str, word: &str| {
            let (_, rest) = line.split_once(word)?;
            Some(rest.split([',', ' ']).next()?.to_owned())
        };
        let line = notes
            .lines()
            .find(|line| line.starts_with(&format!("case {index}:")))
            .unwrap_or_default();
        let mode = word_after(line, "mode ")
            .and_then(|mode| MODES.iter().position(|known| known.0 == mode));
        let case = Case {
            mode: mode.unwrap_or(0) as u8,
            seed: word_after(line, "seed ")
                .and_then(|seed| seed.parse().ok())
                .unwrap_or(0),
            text: std::fs::read(path)?,
        };
        for gil in GIL {
            let outcome = bench.run(std::slice::from_ref(&case), gil)?;
            println!("{} {gil}: {:?}", path.display(), outcome.end);
            if matches!(outcome.end, End::Crash(_) | End::Hang) {
                bad += 1;
                println!("{}", outcome.words);
            }
        }
    }
    std::fs::remove_dir_all(&bench.folder)?;
    Ok(bad)
}
