//! The program as a process: what it answers without running anything, and the first things that it runs.

/// The program itself, with the process's own arguments and environment.
#[test]
fn the_program() {
    let run = |arguments: &[&str]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_grwl"))
            .args(arguments)
            .env_clear()
            .output()
            .expect("it runs")
    };
    let version = run(&["-V"]);
    assert_eq!(version.stdout, b"Python 3.14.10\n");
    assert!(version.status.success());
    let wrong = run(&["-Z"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(wrong.stderr.starts_with(b"Unknown option: -Z\nusage: "));
    assert!(wrong.stdout.is_empty());
    assert!(run(&["--help"]).stdout.starts_with(b"usage: "));
}
