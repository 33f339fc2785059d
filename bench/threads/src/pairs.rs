//! Measuring two workloads in turns, so that a ratio means something on a
//! machine with other things to do.
//!
//! A runs some milliseconds, then B, then A again, and so on. Each A and the B after it
//! make a pair; a disturbance that lasts hits both or is
//! one pair's outlier. The first pairs warm up and are dropped; the result is the
//! median of the pairs' ratios, with the smallest and the largest.

use std::time::Duration;

use crate::Workload;

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Pairs that count.
    pub pairs: usize,
    /// Pairs before those.
    pub warm_up: usize,
    /// How long one half of a pair should run.
    pub half: Duration,
}

/// The middle one of some figures, and their range.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// The middle one.
    pub median: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

impl Spread {
    /// Of these figures.
    ///
    /// # Panics
    /// If there are none.
    pub fn of(mut figures: Vec<f64>) -> Self {
        figures.sort_by(f64::total_cmp);
        Self {
            median: figures[figures.len() / 2],
            min: figures[0],
            max: figures[figures.len() - 1],
        }
    }
}

/// What came out for A against B.
#[derive(Clone, Copy, Debug)]
pub struct Comparison {
    /// A's time over B's, pair by pair.
    pub ratio: Spread,
    /// Nanoseconds for one iteration of A.
    pub a: Spread,
    /// Nanoseconds for one iteration of B.
    pub b: Spread,
}

/// Measures A against B.
pub fn compare(a: &mut Workload, b: &mut Workload, plan: Plan) -> Comparison {
    let iterations = (calibrate(a, plan.half), calibrate(b, plan.half));
    for _ in 0..plan.warm_up {
        nanos_each(a, iterations.0);
        nanos_each(b, iterations.1);
    }
    let pairs: Vec<(f64, f64)> = (0..plan.pairs)
        .map(|_| (nanos_each(a, iterations.0), nanos_each(b, iterations.1)))
        .collect();
    Comparison {
        ratio: Spread::of(pairs.iter().map(|(a, b)| a / b).collect()),
        a: Spread::of(pairs.iter().map(|pair| pair.0).collect()),
        b: Spread::of(pairs.iter().map(|pair| pair.1).collect()),
    }
}

/// Nanoseconds for one iteration: `samples` times the mean of `batch` iterations.
pub fn latency(workload: &mut Workload, batch: u64, samples: usize) -> Spread {
    for _ in 0..samples / 8 {
        nanos_each(workload, batch);
    }
    Spread::of((0..samples).map(|_| nanos_each(workload, batch)).collect())
}

fn nanos_each(workload: &mut Workload, iterations: u64) -> f64 {
    workload(iterations).as_nanos() as f64 / iterations as f64
}

/// How many iterations take about `time`.
fn calibrate(workload: &mut Workload, time: Duration) -> u64 {
    let mut iterations = 1000;
    loop {
        let took = workload(iterations);
        if took >= time / 4 {
            let scale = time.as_secs_f64() / took.as_secs_f64();
            return (iterations as f64 * scale).ceil() as u64;
        }
        iterations *= 2;
    }
}
