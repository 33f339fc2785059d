//! ThreadSanitizer over the synchronisation core, if the machine has a nightly toolchain;
//! if not, that is said and counts as a failure: nothing was checked.
//!
//! The sanitizer's runtime comes with the toolchain. The standard library is not rebuilt with it,
//! so what the library's own locks order is invisible; the test that runs here
//! (`threads/tests/everything.rs`) avoids them, and `tsan.supp` names the rest.

use std::process::ExitCode;

use crate::step::{run_all, rustup_cargo};

const TARGET: &str = "x86_64-unknown-linux-gnu";

pub fn run() -> ExitCode {
    if !rustup_cargo("nightly", &["--version"]).succeeds() {
        eprintln!("xtask: no nightly toolchain here: ThreadSanitizer was not run");
        return ExitCode::FAILURE;
    }
    let suppressions = concat!(env!("CARGO_MANIFEST_DIR"), "/tsan.supp");
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
            .env("CARGO_TARGET_DIR", "target/tsan")
            .env(
                "RUSTFLAGS",
                "-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer",
            )
            .env("TSAN_OPTIONS", &format!("suppressions={suppressions}"))
            .env("GRWL_STRESS", seed)
        })
        .collect();
    run_all(&steps)
}
