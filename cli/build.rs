//! Tells the compiler of the names that `--cfg` may give.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Set by `cargo xtask sanitize`.
    println!("cargo::rustc-check-cfg=cfg(grwl_sanitized)");
}
