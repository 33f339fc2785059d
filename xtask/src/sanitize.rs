//! ThreadSanitizer and Miri over the tests of the synchronisation core, as far as the
//! toolchains on this machine have them; what is missing is said.
//!
//! ThreadSanitizer needs a nightly toolchain. Its runtime library comes with it;
//! the standard library is not rebuilt, so what happens inside its
//! own locks and channels is invisible to the sanitizer: `tsan.supp` names
//! those places, and the tests hand objects over by this project's own mutex.

use std::process::ExitCode;

use crate::step::rustup_cargo;

const TARGET: &str = "x86_64-unknown-linux-gnu";

pub fn run() -> ExitCode {
    let mut failed = false;
    let mut ran = false;
    if rustup_cargo("nightly", &["--version"]).succeeds() {
        ran = true;
        let suppressions = concat!(env!("CARGO_MANIFEST_DIR"), "/tsan.supp");
        let step = rustup_cargo(
            "nightly",
            &[
                "test",
                "--profile",
                "dev-opt",
                "--target",
                TARGET,
                "-p",
                "grwl-threads",
                "--tests",
            ],
        )
        .env("CARGO_TARGET_DIR", "target/tsan")
        .env(
            "RUSTFLAGS",
            "-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer",
        )
        .env(
            "TSAN_OPTIONS",
            &format!("suppressions={suppressions} halt_on_error=1"),
        );
        failed |= step.run().is_err();
    } else {
        println!("xtask: no nightly toolchain here: ThreadSanitizer was not run");
    }
    if rustup_cargo("nightly", &["miri", "--version"]).succeeds() {
        ran = true;
        let step = rustup_cargo(
            "nightly",
            &["miri", "test", "-p", "grwl-threads", "--test", "biased_lock", "--test", "lock"],
        )
        .env("CARGO_TARGET_DIR", "target/miri")
        .env("MIRIFLAGS", "-Zmiri-disable-isolation");
        failed |= step.run().is_err();
    } else {
        println!("xtask: no Miri here (rustup component add miri): it was not run");
    }
    if failed || !ran {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
