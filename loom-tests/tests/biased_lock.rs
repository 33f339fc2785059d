//! The per-object lock: bias granted, revoked, raced for, left behind by the dead; and the
//! shared lock with its parking.
#![cfg(loom)]

use std::sync::Arc;

use grwl_threads::sync::lot;
use grwl_threads::{Biased, LockState, Mode};
use loom_tests::{Weakening, check, fails_without, runtime, spawn};

/// Two words that every change keeps equal.
type Pair = (u32, u32);

fn change(pair: &mut Pair) {
    assert_eq!(pair.0, pair.1, "torn");
    pair.0 += 1;
    loom::thread::yield_now();
    pair.1 += 1;
}

/// The owner changes the pair by bias while another thread takes it away.
fn owner_and_revoker() {
    let runtime = runtime(Mode::RwLock);
    let mut owner = runtime.attach().expect("few threads");
    let pair = Arc::new(Biased::new(&owner, (0, 0)));
    assert_eq!(pair.raw().state(), LockState::Biased(owner.id()));
    let revoker = spawn(&runtime, {
        let pair = pair.clone();
        move |thread| pair.with(thread, change)
    });
    pair.with(&mut owner, change);
    assert!(owner.poll().is_empty());
    pair.with(&mut owner, change);
    owner.safe(|| revoker.join().expect("revoker"));
    assert_eq!(pair.raw().state(), LockState::Free);
    assert_eq!(pair.with(&mut owner, |pair| *pair), (3, 3));
}

#[test]
fn bias_revoked() {
    check(owner_and_revoker);
}

#[test]
#[should_panic]
fn bias_revoked_unasked() {
    fails_without(Weakening::RevokeUnasked, owner_and_revoker);
}

/// The owner gives its bias up, while another thread may be asking for it, and perhaps uses the object as one that is shared.
fn owner_gives_up(uses_it_again: bool) {
    let runtime = runtime(Mode::RwLock);
    let mut owner = runtime.attach().expect("few threads");
    let pair = Arc::new(Biased::new(&owner, (0, 0)));
    let other = spawn(&runtime, {
        let pair = pair.clone();
        move |thread| pair.with(thread, change)
    });
    pair.with(&mut owner, change);
    pair.raw().give_up(&mut owner);
    if uses_it_again {
        pair.with(&mut owner, change);
    }
    owner.safe(|| other.join().expect("other"));
    assert_eq!(pair.raw().state(), LockState::Free);
    let uses = 2 + u32::from(uses_it_again);
    assert_eq!(pair.with(&mut owner, |pair| *pair), (uses, uses));
}

#[test]
fn bias_given_up() {
    check(|| owner_gives_up(false));
    check(|| owner_gives_up(true));
}

#[test]
#[should_panic = "Causality violation"]
fn bias_given_up_relaxed() {
    // To ask for the bias, or to attach after it was given up, would make visible what the owner did: this thread waits.
    fails_without(Weakening::GiveUpRelease, || {
        let runtime = runtime(Mode::RwLock);
        let mut owner = runtime.attach().expect("few threads");
        let pair = Arc::new(Biased::new(&owner, (0, 0)));
        let other = spawn(&runtime, {
            let pair = pair.clone();
            move |thread| {
                while pair.raw().state() != LockState::Free {
                    loom::thread::yield_now();
                }
                pair.with(thread, change);
            }
        });
        pair.with(&mut owner, change);
        pair.raw().give_up(&mut owner);
        owner.safe(|| other.join().expect("other"));
    });
}

#[test]
fn two_revokers() {
    check(|| {
        let runtime = runtime(Mode::RwLock);
        let mut owner = runtime.attach().expect("few threads");
        let pair = Arc::new(Biased::new(&owner, (0, 0)));
        let revokers: Vec<_> = (0..2)
            .map(|_| {
                let pair = pair.clone();
                spawn(&runtime, move |thread| pair.with(thread, change))
            })
            .collect();
        pair.with(&mut owner, change);
        owner.safe(|| {
            for revoker in revokers {
                revoker.join().expect("revoker");
            }
        });
        assert_eq!(pair.with(&mut owner, |pair| *pair), (3, 3));
    });
}

/// The owner has died. One thread takes the object; another, new one may get the
/// dead owner's id and with it the bias.
fn dead_owner() {
    let runtime = runtime(Mode::RwLock);
    let mut revoker = runtime.attach().expect("few threads");
    let (pair, dead_id) = {
        let mut owner = runtime.attach().expect("few threads");
        let pair = Arc::new(Biased::new(&owner, (0, 0)));
        pair.with(&mut owner, change);
        (pair, owner.id())
    };
    let heir = spawn(&runtime, {
        let pair = pair.clone();
        move |thread| {
            assert_eq!(thread.id(), dead_id);
            pair.with(thread, change);
        }
    });
    pair.with(&mut revoker, change);
    revoker.safe(|| heir.join().expect("heir"));
    assert_eq!(pair.with(&mut revoker, |pair| *pair), (3, 3));
}

#[test]
fn bias_of_a_dead_owner() {
    check(dead_owner);
}

#[test]
#[should_panic]
fn bias_of_a_dead_owner_without_the_registry() {
    fails_without(Weakening::RevokeDeadUnlocked, dead_owner);
}

/// As [`dead_owner`], but the object is taken from inside a stop, where its heir
/// cannot be waited for.
fn dead_owner_inside_a_stop(mode: Mode) {
    let runtime = runtime(mode);
    let mut writer = runtime.attach().expect("few threads");
    let pair = writer.safe(|| {
        let owner = runtime.attach().expect("few threads");
        Arc::new(Biased::new(&owner, (0, 0)))
    });
    let heir = spawn(&runtime, {
        let pair = pair.clone();
        move |thread| pair.with(thread, change)
    });
    {
        let mut stopped = writer.stop_the_world();
        pair.with(stopped.mutator_mut(), change);
    }
    writer.safe(|| heir.join().expect("heir"));
    assert_eq!(pair.with(&mut writer, |pair| *pair), (2, 2));
}

#[test]
fn bias_of_a_dead_owner_inside_a_stop() {
    check(|| dead_owner_inside_a_stop(Mode::RwLock));
}

#[test]
fn bias_of_a_dead_owner_inside_a_stop_in_global_mode() {
    check(|| dead_owner_inside_a_stop(Mode::Global));
}

#[test]
#[should_panic = "deadlock"]
fn mailbox_opened_too_early() {
    fails_without(Weakening::MailboxOpen, || {
        dead_owner_inside_a_stop(Mode::Global);
    });
}

/// The owner ends while its object is being revoked.
#[test]
fn owner_ends_during_revocation() {
    check(|| {
        let runtime = runtime(Mode::RwLock);
        let mut owner = runtime.attach().expect("few threads");
        let pair = Arc::new(Biased::new(&owner, (0, 0)));
        let revoker = spawn(&runtime, {
            let pair = pair.clone();
            move |thread| {
                pair.with(thread, change);
                pair.with(thread, |pair| *pair)
            }
        });
        pair.with(&mut owner, change);
        drop(owner);
        assert_eq!(revoker.join().expect("revoker"), (2, 2));
    });
}

/// Threads compete for a shared lock.
fn shared_lock(others: usize) {
    let runtime = runtime(Mode::RwLock);
    let mut first = runtime.attach().expect("few threads");
    let pair = Arc::new(Biased::new_shared(&first, (0, 0)));
    let threads: Vec<_> = (0..others)
        .map(|_| {
            let pair = pair.clone();
            spawn(&runtime, move |thread| pair.with(thread, change))
        })
        .collect();
    pair.with(&mut first, change);
    first.safe(|| {
        for thread in threads {
            thread.join().expect("thread");
        }
    });
    let all = others as u32 + 1;
    assert_eq!(pair.with(&mut first, |pair| *pair), (all, all));
}

#[test]
fn shared_lock_of_two() {
    check(|| shared_lock(1));
}

#[test]
fn shared_lock_of_three() {
    check(|| shared_lock(2));
}

#[test]
fn shared_lock_handed_over() {
    lot::set_all_impatient(true);
    check(|| shared_lock(2));
    lot::set_all_impatient(false);
}

#[test]
#[should_panic = "deadlock"]
fn shared_lock_without_wake_up() {
    fails_without(Weakening::UnlockWake, || shared_lock(1));
}

#[test]
#[should_panic = "Causality violation"]
fn shared_lock_released_relaxed() {
    fails_without(Weakening::UnlockRelease, || shared_lock(1));
}

#[test]
#[should_panic = "deadlock"]
fn shared_lock_taken_without_mark() {
    fails_without(Weakening::WokenMark, || shared_lock(2));
}
