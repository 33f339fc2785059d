//! Two threads at one lock, each on its own core.
//!
//! One iteration is: each of the two takes the lock, stores into the object and
//! releases the lock, as in [`mutation`](crate::mutation). The time goes from
//! the common start until the slower one is through.

use std::time::Duration;

use crate::clock::Moment;
use crate::crew::on_each;
use crate::mutation::{store_locked, store_parking_lot, store_std};
use crate::object::Object;
use crate::{Workload, rwlock_runtime};

const THREADS: usize = 2;

/// How long the threads get to be there before the start.
const MUSTER: Duration = Duration::from_millis(1);

/// A shared biased lock.
pub fn shared() -> Workload {
    let runtime = rwlock_runtime();
    let object = Object::shared();
    Box::new(move |iterations| {
        contend(|start| {
            let mut mutator = runtime.attach().expect("there are few threads");
            start.wait();
            store_locked(&object, &mut mutator, iterations);
        })
    })
}

/// `parking_lot::Mutex`.
pub fn parking_lot_mutex() -> Workload {
    let object = Object::under(parking_lot::Mutex::new(()));
    Box::new(move |iterations| {
        contend(|start| {
            start.wait();
            store_parking_lot(&object, iterations);
        })
    })
}

/// `std::sync::Mutex`.
pub fn std_mutex() -> Workload {
    let object = Object::under(std::sync::Mutex::new(()));
    Box::new(move |iterations| {
        contend(|start| {
            start.wait();
            store_std(&object, iterations);
        })
    })
}

fn contend(act: impl Fn(Moment) + Sync) -> Duration {
    let start = Moment::in_the(MUSTER);
    let times = on_each(0..THREADS, || {
        act(start);
        start.elapsed()
    });
    times.into_iter().max().expect("there are two")
}
