//! The table of ratios: what grwl's primitives cost next to what they replace,
//! measured in turns in one run.
//!
//! The first part compares: each row is one workload against another, as the
//! median of the pairs' ratios (see `bench_threads::pairs`), and a target
//! where there is one. The second part prints latencies, without a target, below a
//! ping-pong over a condition variable in the same run. `README.md` says how
//! to read it all.

use std::process::ExitCode;
use std::time::Duration;

use bench_threads::latency::Others;
use bench_threads::pairs::{self, Plan, Spread};
use bench_threads::{
    Workload, contention, crew, latency, mutation, ping_pong, readers, uncontended,
};

const USAGE: &str = "usage: bench-threads [--check] [FILTER]
Prints a table of ratios and latencies.
  --check  exit with 1 if a target is missed
  FILTER   only the rows whose name contains this";

/// For rows of one thread.
const BRIEF: Plan = Plan {
    pairs: 101,
    warm_up: 10,
    half: Duration::from_millis(2),
};

/// For two threads at one lock, who take turns in long runs.
const LONG: Plan = Plan {
    pairs: 31,
    warm_up: 3,
    half: Duration::from_millis(30),
};

/// For readers: many pairs, because 3 % are to be seen.
const MANY: Plan = Plan {
    pairs: 201,
    warm_up: 10,
    half: Duration::from_millis(10),
};

/// One line of the first part.
struct Row {
    name: &'static str,
    against: &'static str,
    a: fn() -> Workload,
    b: fn() -> Workload,
    /// The ratio that may not be exceeded.
    target: Option<f64>,
    plan: Plan,
}

const ROWS: &[Row] = &[
    Row {
        name: "store: owner, biased",
        against: "no lock",
        a: mutation::biased,
        b: mutation::plain,
        target: Some(1.3),
        plan: BRIEF,
    },
    Row {
        name: "append: owner, biased",
        against: "no lock",
        a: mutation::append_biased,
        b: mutation::append_plain,
        target: None,
        plan: BRIEF,
    },
    Row {
        name: "store: owner, biased",
        against: "parking_lot Mutex",
        a: mutation::biased,
        b: mutation::parking_lot_mutex,
        target: None,
        plan: BRIEF,
    },
    Row {
        name: "store: owner, biased",
        against: "std Mutex",
        a: mutation::biased,
        b: mutation::std_mutex,
        target: None,
        plan: BRIEF,
    },
    Row {
        name: "store: shared, free",
        against: "parking_lot Mutex",
        a: mutation::shared,
        b: mutation::parking_lot_mutex,
        target: Some(1.3),
        plan: BRIEF,
    },
    Row {
        name: "store: shared, free",
        against: "std Mutex",
        a: mutation::shared,
        b: mutation::std_mutex,
        target: None,
        plan: BRIEF,
    },
    Row {
        name: "store: shared, 2 threads",
        against: "parking_lot Mutex",
        a: contention::shared,
        b: contention::parking_lot_mutex,
        target: None,
        plan: LONG,
    },
    Row {
        name: "store: shared, 2 threads",
        against: "std Mutex",
        a: contention::shared,
        b: contention::std_mutex,
        target: None,
        plan: LONG,
    },
    Row {
        name: "Safe region",
        against: "parking_lot Mutex",
        a: uncontended::safe_region,
        b: uncontended::parking_lot_mutex,
        target: Some(2.0),
        plan: BRIEF,
    },
    Row {
        name: "Safe region",
        against: "std Mutex",
        a: uncontended::safe_region,
        b: uncontended::std_mutex,
        target: None,
        plan: BRIEF,
    },
    Row {
        name: "poll",
        against: "empty loop",
        a: uncontended::poll,
        b: uncontended::empty_loop,
        target: None,
        plan: BRIEF,
    },
    Row {
        name: "read: 2 threads",
        against: "2 processes",
        a: readers::two_threads,
        b: readers::two_processes,
        target: Some(1.03),
        plan: MANY,
    },
    Row {
        name: "read: 2 threads",
        against: "1 thread",
        a: readers::two_threads,
        b: readers::alone,
        target: None,
        plan: MANY,
    },
];

/// One line of the second part.
struct Latency {
    name: &'static str,
    make: fn() -> Workload,
    /// Iterations whose mean makes one sample.
    batch: u64,
    samples: usize,
}

const LATENCIES: &[Latency] = &[
    Latency {
        name: "condvar ping-pong (the reference)",
        make: ping_pong::condvar,
        batch: 1,
        samples: 1001,
    },
    Latency {
        name: "global mode: hand-over, there and back",
        make: ping_pong::global_hand_over,
        batch: 1,
        samples: 1001,
    },
    Latency {
        name: "handshake, Safe target",
        make: || latency::handshake(Others::Safe),
        batch: 1000,
        samples: 101,
    },
    Latency {
        name: "handshake, Running target",
        make: || latency::handshake(Others::Running),
        batch: 1,
        samples: 1001,
    },
    Latency {
        name: "stop and resume, 1 Safe",
        make: || latency::stop_the_world(Others::Safe, 1),
        batch: 1000,
        samples: 101,
    },
    Latency {
        name: "stop and resume, 2 Safe",
        make: || latency::stop_the_world(Others::Safe, 2),
        batch: 1000,
        samples: 101,
    },
    Latency {
        name: "stop and resume, 8 Safe",
        make: || latency::stop_the_world(Others::Safe, 8),
        batch: 1000,
        samples: 101,
    },
    Latency {
        name: "stop and resume, 64 Safe",
        make: || latency::stop_the_world(Others::Safe, 64),
        batch: 100,
        samples: 101,
    },
    Latency {
        name: "stop and resume, 1 Running",
        make: || latency::stop_the_world(Others::Running, 1),
        batch: 1,
        samples: 501,
    },
    Latency {
        name: "stop and resume, 2 Running",
        make: || latency::stop_the_world(Others::Running, 2),
        batch: 1,
        samples: 201,
    },
    Latency {
        name: "stop and resume, 8 Running",
        make: || latency::stop_the_world(Others::Running, 8),
        batch: 1,
        samples: 101,
    },
    Latency {
        name: "stop and resume, 64 Running",
        make: || latency::stop_the_world(Others::Running, 64),
        batch: 1,
        samples: 31,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (check, filter) = match words[..] {
        ["--help" | "-h"] => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        [readers::CHILD_ARGUMENT, ..] if readers::child(&arguments[1..]).is_some() => {
            return ExitCode::SUCCESS;
        }
        [] => (false, ""),
        ["--check"] => (true, ""),
        ["--check", filter] if !filter.starts_with('-') => (true, filter),
        [filter] if !filter.starts_with('-') => (false, filter),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    print_conditions();
    let missed = print_ratios(filter);
    print_latencies(filter);
    println!("\nload average at the end: {}", load());
    if missed > 0 {
        println!("{missed} of the targets missed");
    }
    ExitCode::from(u8::from(check && missed > 0))
}

fn print_conditions() {
    println!(
        "cores: {}, load average at the start: {}",
        crew::cores(),
        load()
    );
    if cfg!(debug_assertions) {
        println!("built with debug assertions: these figures say nothing");
    }
    if crew::cores() < 2 {
        println!("one core: rows with two threads or processes only show how they share it");
    }
}

/// Prints the rows of the first part; returns how many targets were missed.
fn print_ratios(filter: &str) -> usize {
    println!(
        "\n{:<26} {:<18} {:>7} {:>15} {:>9} {:>9}  target",
        "what", "against", "ratio", "min-max", "ns", "ns"
    );
    let chosen = ROWS.iter().filter(|row| row.name.contains(filter));
    chosen.filter(|row| !print_ratio(row)).count()
}

/// Measures and prints a row; false if it misses its target.
fn print_ratio(row: &Row) -> bool {
    let result = pairs::compare(&mut (row.a)(), &mut (row.b)(), row.plan);
    let Spread { median, min, max } = result.ratio;
    let reached = row.target.is_none_or(|target| median <= target);
    let verdict = match row.target {
        None => String::new(),
        Some(target) if reached => format!("<= {target}: reached"),
        Some(target) => format!("<= {target}: MISSED"),
    };
    let range = format!("{min:.2}-{max:.2}");
    let (name, against) = (row.name, row.against);
    let (a, b) = (result.a.median, result.b.median);
    println!("{name:<26} {against:<18} {median:>7.3} {range:>15} {a:>9.2} {b:>9.2}  {verdict}");
    reached
}

fn print_latencies(filter: &str) {
    println!(
        "\n{:<40} {:>10} {:>10} {:>10}",
        "latency, us", "median", "min", "max"
    );
    for row in LATENCIES.iter().filter(|row| row.name.contains(filter)) {
        let spread = pairs::latency(&mut (row.make)(), row.batch, row.samples);
        let [median, min, max] = [spread.median, spread.min, spread.max].map(|nanos| nanos / 1e3);
        println!("{:<40} {median:>10.2} {min:>10.2} {max:>10.2}", row.name);
    }
}

fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}
