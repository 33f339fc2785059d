//! The same workloads as the table's, one by one under divan: for a look at a
//! single primitive while it is being changed. `cargo bench -p bench-threads [FILTER]`.
//!
//! Each sample is one run of a workload of so many iterations; divan prints the
//! time of a run, and iterations as items in a second. Workloads that start
//! threads have the start in that time (about a millisecond). Neighbouring rows were not measured
//! in turns: to compare, use the table (`cargo run --release -p bench-threads`),
//! which also has the readers, who need processes.

use std::cell::RefCell;

use bench_threads::Workload;
use divan::Bencher;
use divan::counter::ItemsCount;

fn main() {
    divan::main();
}

/// Samples of `iterations` each. A run of no iterations comes before each, outside
/// the time: it waits until the others are ready.
fn measure(bencher: Bencher, workload: Workload, iterations: u64) {
    let workload = RefCell::new(workload);
    workload.borrow_mut()(iterations);
    bencher
        .counter(ItemsCount::new(iterations))
        .with_inputs(|| {
            workload.borrow_mut()(0);
        })
        .bench_local_values(|()| {
            workload.borrow_mut()(iterations);
        });
}

/// Loops of nanoseconds.
#[divan::bench_group(sample_count = 50, sample_size = 1)]
mod alone {
    use super::measure;
    use bench_threads::{mutation, uncontended};
    use divan::Bencher;

    const ITERATIONS: u64 = 1_000_000;

    #[divan::bench]
    fn empty_loop(bencher: Bencher) {
        measure(bencher, uncontended::empty_loop(), ITERATIONS);
    }

    #[divan::bench]
    fn poll(bencher: Bencher) {
        measure(bencher, uncontended::poll(), ITERATIONS);
    }

    #[divan::bench]
    fn safe_region(bencher: Bencher) {
        measure(bencher, uncontended::safe_region(), ITERATIONS);
    }

    #[divan::bench]
    fn lock_parking_lot(bencher: Bencher) {
        measure(bencher, uncontended::parking_lot_mutex(), ITERATIONS);
    }

    #[divan::bench]
    fn lock_std(bencher: Bencher) {
        measure(bencher, uncontended::std_mutex(), ITERATIONS);
    }

    #[divan::bench]
    fn store_plain(bencher: Bencher) {
        measure(bencher, mutation::plain(), ITERATIONS);
    }

    #[divan::bench]
    fn store_biased(bencher: Bencher) {
        measure(bencher, mutation::biased(), ITERATIONS);
    }

    #[divan::bench]
    fn append_plain(bencher: Bencher) {
        measure(bencher, mutation::append_plain(), ITERATIONS);
    }

    #[divan::bench]
    fn append_biased(bencher: Bencher) {
        measure(bencher, mutation::append_biased(), ITERATIONS);
    }

    #[divan::bench]
    fn store_shared(bencher: Bencher) {
        measure(bencher, mutation::shared(), ITERATIONS);
    }

    #[divan::bench]
    fn store_parking_lot(bencher: Bencher) {
        measure(bencher, mutation::parking_lot_mutex(), ITERATIONS);
    }

    #[divan::bench]
    fn store_std(bencher: Bencher) {
        measure(bencher, mutation::std_mutex(), ITERATIONS);
    }
}

/// Two threads at one lock; each does the iterations.
#[divan::bench_group(sample_count = 20, sample_size = 1)]
mod contended {
    use super::measure;
    use bench_threads::contention;
    use divan::Bencher;

    const ITERATIONS: u64 = 200_000;

    #[divan::bench]
    fn store_shared(bencher: Bencher) {
        measure(bencher, contention::shared(), ITERATIONS);
    }

    #[divan::bench]
    fn store_parking_lot(bencher: Bencher) {
        measure(bencher, contention::parking_lot_mutex(), ITERATIONS);
    }

    #[divan::bench]
    fn store_std(bencher: Bencher) {
        measure(bencher, contention::std_mutex(), ITERATIONS);
    }
}

/// Requests to threads that are Safe: nobody has to wake up.
#[divan::bench_group(sample_count = 50, sample_size = 1)]
mod others_safe {
    use super::measure;
    use bench_threads::latency::{self, Others};
    use divan::Bencher;

    const ITERATIONS: u64 = 100;

    #[divan::bench]
    fn handshake(bencher: Bencher) {
        measure(bencher, latency::handshake(Others::Safe), ITERATIONS);
    }

    #[divan::bench(args = [1, 2, 8, 64])]
    fn stop_the_world(bencher: Bencher, others: usize) {
        let workload = latency::stop_the_world(Others::Safe, others);
        measure(bencher, workload, ITERATIONS);
    }
}

/// Requests to threads that run.
#[divan::bench_group(sample_count = 20, sample_size = 1)]
mod others_running {
    use super::measure;
    use bench_threads::latency::{self, Others};
    use bench_threads::ping_pong;
    use divan::Bencher;

    #[divan::bench]
    fn condvar_ping_pong(bencher: Bencher) {
        measure(bencher, ping_pong::condvar(), 1);
    }

    #[divan::bench]
    fn global_hand_over(bencher: Bencher) {
        measure(bencher, ping_pong::global_hand_over(), 1);
    }

    #[divan::bench]
    fn handshake(bencher: Bencher) {
        measure(bencher, latency::handshake(Others::Running), 1);
    }

    #[divan::bench(args = [1, 2, 8, 64])]
    fn stop_the_world(bencher: Bencher, others: usize) {
        measure(bencher, latency::stop_the_world(Others::Running, others), 1);
    }
}
