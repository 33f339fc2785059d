//! ThreadSanitizer over the synchronisation core, or over the whole program, if the machine has a nightly toolchain;
//! if not, that is said and counts as a failure: nothing was checked.
//!
//! The sanitizer's runtime comes with the toolchain. The standard library is not rebuilt with it,
//! so what the library's own locks order is invisible; the test of the core
//! (`threads/tests/everything.rs`) avoids them, and `tsan.supp` names the rest.
//!
//! The program is built for the system's allocator, which the sanitizer sees into, and runs the racing programs of `tests/threads`. Its reports lie in
//! `target/tsan/reports` and are for reading: those about `std::sync::Mutex` are false, and `tests/threads/src/main.rs` says which others are known.
//! Children of a fork go on (`die_after_fork`): the sanitizer would end those that start threads.

use std::process::ExitCode;

use crate::step::{cargo, run_all, rustup_cargo};

const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Absolute: the racing programs run in folders of their own.
const TARGET_FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/tsan");
const SUPPRESSIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tsan.supp");
const FLAGS: &str = "-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer";

fn has_toolchain() -> bool {
    let has = rustup_cargo("nightly", &["--version"]).succeeds();
    if !has {
        eprintln!("xtask: no nightly toolchain here: ThreadSanitizer was not run");
    }
    has
}

/// The program, running `tests/threads` in rwlock mode.
pub fn program() -> ExitCode {
    if !has_toolchain() {
        return ExitCode::FAILURE;
    }
    let build = [
        "build",
        "--profile",
        "dev-opt",
        "--target",
        TARGET,
        "-p",
        "grwl-cli",
    ];
    let grwl = format!("{TARGET_FOLDER}/{TARGET}/dev-opt/grwl");
    let run = [
        "run",
        "--quiet",
        "--profile",
        "dev-opt",
        "-p",
        "thread-tests",
        "--",
        "--setting",
        "rwlock",
        "--timeout",
        "120",
        "--python",
        &grwl,
    ];
    let options = format!(
        "history_size=4 exitcode=0 die_after_fork=0 log_path={TARGET_FOLDER}/reports suppressions={SUPPRESSIONS}"
    );
    run_all(&[
        rustup_cargo("nightly", &build)
            .env("CARGO_TARGET_DIR", TARGET_FOLDER)
            .env("RUSTFLAGS", &format!("{FLAGS} --cfg grwl_sanitized")),
        cargo(&run).env("TSAN_OPTIONS", &options),
    ])
}

/// The core's test, plainly and with three seeds.
pub fn run() -> ExitCode {
    if !has_toolchain() {
        return ExitCode::FAILURE;
    }
    let steps: Vec<_> = ["", "1", "2", "3"]
        .iter()
        .map(|seed| {
            rustup_cargo(
                "nightly",
                &[
                    "test",
                    "--profile",
                    "dev-opt",
                    "--target",
                    TARGET,
                    "-p",
                    "grwl-threads",
                    "--test",
                    "everything",
                ],
            )
            .env("CARGO_TARGET_DIR", TARGET_FOLDER)
            .env("RUSTFLAGS", FLAGS)
            .env("TSAN_OPTIONS", &format!("suppressions={SUPPRESSIONS}"))
            .env("GRWL_STRESS", seed)
        })
        .collect();
    run_all(&steps)
}
