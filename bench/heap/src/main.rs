//! Benchmarks of the heap: the table of DESIGN.md's section 6.
//!
//! `cargo run --release -p bench-heap [ROUNDS]` runs each measurement in a process of its own, ROUNDS
//! times (5 unless told), all variants in turn within a round, and prints medians (of pauses: the median of each process's shortest). `mimalloc` stands
//! for malloc and free of each cell; ratios are to it.

mod heap;
mod reference;
mod shape;

use std::process::Command;

/// A row of the table.
struct Row {
    name: &'static str,
    unit: &'static str,
    /// Has the reference an answer to this?
    has_reference: bool,
}

const ROWS: &[Row] = &[
    row("trees-1", "ns per cell", true),
    row("trees-2", "ns per cell", true),
    row("drop-0", "ns per cell", true),
    row("drop-200", "ns per cell", true),
    row("pause-1", "ms", false),
    row("pause-2", "ms", false),
    row("pause-1-shuffled", "ms", false),
    row("pause-2-shuffled", "ms", false),
    row("young-pause-1", "ms", false),
    row("first", "ms", false),
    row("resident", "MiB", true),
];

const fn row(name: &'static str, unit: &'static str, has_reference: bool) -> Row {
    Row {
        name,
        unit,
        has_reference,
    }
}

const VARIANTS: [&str; 3] = ["sticky", "full", "mimalloc"];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [measure, variant, name] = &arguments[..]
        && measure == "measure"
    {
        let value = match variant.as_str() {
            "mimalloc" => reference::measure(name),
            variant => heap::measure(name, variant == "sticky"),
        };
        println!("{value}");
        return;
    }
    let rounds = arguments.first().map_or(5, |n| n.parse().expect("ROUNDS"));
    println!(
        "{:18} {:11} {:>9} {:>9} {:>9}   {:>7} {:>7}",
        "", "", VARIANTS[0], VARIANTS[1], VARIANTS[2], "ratio", "ratio"
    );
    for row in ROWS {
        let mut results = [const { Vec::new() }; VARIANTS.len()];
        for _ in 0..rounds {
            for (results, variant) in results.iter_mut().zip(VARIANTS) {
                if variant != "mimalloc" || row.has_reference {
                    results.push(in_own_process(variant, row.name));
                }
            }
        }
        let [sticky, full, reference] = results.map(median);
        print!("{:18} {:11} {sticky:9.2} {full:9.2}", row.name, row.unit);
        if row.has_reference {
            let ratios = (sticky / reference, full / reference);
            print!(" {reference:9.2}   {:6.2}x {:6.2}x", ratios.0, ratios.1);
        }
        println!();
    }
}

fn in_own_process(variant: &str, name: &str) -> f64 {
    let program = std::env::current_exe().expect("a running program has a file");
    let output = Command::new(program)
        .args(["measure", variant, name])
        .output()
        .expect("it runs once more");
    assert!(output.status.success(), "{variant} {name} failed");
    let text = String::from_utf8(output.stdout).expect("a number");
    text.trim().parse().expect("a number")
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Resident memory of this process in MiB.
fn resident() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages: f64 = statm
        .split(' ')
        .nth(1)
        .expect("Linux")
        .parse()
        .expect("Linux");
    pages * 4096.0 / f64::from(1 << 20)
}
