//! One threaded program, run in both modes: four threads each count the words of a part of a
//! log into a table of their own, and add it to one shared table at the end.
//!
//! Counting touches only objects that the counting thread owns, so it scales with the cores;
//! the shared table is revoked once and locked a few times. Both modes must come to the
//! same answer:
//!
//! ```text
//! cargo run --release -p grwl-threads --example both_modes
//! ```

use std::collections::HashMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use grwl_threads::{Biased, Config, Mode, Mutator, Runtime};

const THREADS: usize = 4;
const LINES_EACH: usize = 400_000;

const LEVELS: [&str; 4] = ["INFO", "INFO", "WARN", "ERROR"];
const VERBS: [&str; 5] = ["opened", "closed", "retried", "dropped", "moved"];
const THINGS: [&str; 7] = [
    "socket", "file", "cursor", "session", "lease", "shard", "lock",
];

type Table = HashMap<String, u64>;

/// Line `number` of the log, always the same.
fn line(number: usize) -> String {
    // A few rounds of a linear congruential generator, for variety without state.
    let mut random = number as u64;
    let mut pick = |from: &[&'static str]| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        from[(random >> 33) as usize % from.len()]
    };
    let (level, verb, thing) = (pick(&LEVELS), pick(&VERBS), pick(&THINGS));
    format!("{level} worker-{} {verb} {thing}", number % 97)
}

/// Counts the words of the lines of one part, in a table that only this thread uses.
fn count_part(thread: &mut Mutator, part: usize) -> Table {
    let own = Biased::new(thread, Table::new());
    for number in part * LINES_EACH..(part + 1) * LINES_EACH {
        let text = line(number);
        own.with(thread, |table| {
            for word in text.split(' ') {
                match table.get_mut(word) {
                    Some(count) => *count += 1,
                    None => {
                        table.insert(word.to_owned(), 1);
                    }
                }
            }
        });
        // A loop's back edge is a safepoint. There are no signals here, so no events.
        let _ = thread.poll();
    }
    own.with(thread, std::mem::take)
}

/// Runs the program in `mode`; returns its answer and how long it took.
fn run(mode: Mode) -> (Vec<(String, u64)>, Duration) {
    let runtime = Runtime::new(Config::new(mode));
    let mut main = runtime.attach().expect("there is room for five threads");
    let begin = Instant::now();
    let total = Arc::new(Biased::new(&main, Table::new()));
    let counters: Vec<_> = (0..THREADS)
        .map(|part| {
            let (runtime, total) = (runtime.clone(), total.clone());
            std::thread::spawn(move || {
                let mut thread = runtime.attach().expect("there is room for five threads");
                let own = count_part(&mut thread, part);
                total.with(&mut thread, |total| {
                    for (word, count) in own {
                        *total.entry(word).or_default() += count;
                    }
                });
            })
        })
        .collect();
    // Joining blocks, so it happens in a Safe region: it neither keeps the GIL nor holds
    // up those who revoke the table's bias.
    main.safe(|| {
        for counter in counters {
            counter.join().expect("a counter does not panic");
        }
    });
    let time = begin.elapsed();
    let mut answer: Vec<_> = total.with(&mut main, std::mem::take).into_iter().collect();
    answer.sort_unstable_by(|(a, of_a), (b, of_b)| of_b.cmp(of_a).then_with(|| a.cmp(b)));
    (answer, time)
}

fn main() -> ExitCode {
    println!("{THREADS} threads count the words of {LINES_EACH} lines each");
    let (expected, global) = run(Mode::Global);
    println!("global mode: {:>8.1} ms", global.as_secs_f64() * 1e3);
    let (answer, rwlock) = run(Mode::RwLock);
    println!("rwlock mode: {:>8.1} ms", rwlock.as_secs_f64() * 1e3);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let factor = global.as_secs_f64() / rwlock.as_secs_f64();
    println!("speed-up:    {factor:>8.2} on {cores} cores");

    let words: u64 = answer.iter().map(|(_, count)| count).sum();
    println!("{words} words, {} different; most often:", answer.len());
    for (word, count) in answer.iter().take(5) {
        println!("{count:>9} {word}");
    }
    if answer != expected {
        eprintln!("the modes disagree: global mode found {expected:?}");
        return ExitCode::FAILURE;
    }
    if words != (THREADS * LINES_EACH * 4) as u64 {
        eprintln!("words are missing");
        return ExitCode::FAILURE;
    }
    println!("both modes agree");
    ExitCode::SUCCESS
}
