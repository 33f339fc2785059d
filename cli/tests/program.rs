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

fn grwl(arguments: &[&str]) -> std::process::Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_grwl"))
        .args(arguments)
        .output()
        .expect("it runs")
}

/// What was written to a file that nobody closed is there when the program has ended.
#[test]
fn an_open_file_is_flushed_at_the_end() {
    let path = std::env::temp_dir().join(format!("grwl-open-file-{}", std::process::id()));
    for held in ["f = open", "held = [open"] {
        let end = if held.starts_with("held") {
            "]; f = held[0]"
        } else {
            ""
        };
        let command = format!("{held}({path:?}, 'w'){end}; f.write('all of it')");
        let output = grwl(&["-c", &command]);
        assert!(output.status.success(), "{output:?}");
        let text = std::fs::read_to_string(&path).expect("the file is there");
        std::fs::remove_file(&path).expect("it can be removed");
        assert_eq!(text, "all of it");
    }
}

/// Two threads count together, in both modes.
#[test]
fn threads_run_in_both_modes() {
    let command = "\
import threading
total = []
def work(n):
    for i in range(1000):
        total.append(n)
threads = [threading.Thread(target=work, args=(n,)) for n in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(total), sum(total))";
    for mode in ["--gil=rwlock", "--gil=global"] {
        let output = grwl(&[mode, "-c", command]);
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            "2000 1000\n",
            "{output:?}"
        );
    }
}

/// The statuses with which a program ends.
#[test]
fn the_status_is_the_programs() {
    for (command, status) in [
        ("pass", 0),
        ("import sys; sys.exit(3)", 3),
        ("raise SystemExit('words')", 1),
        ("1 / 0", 1),
    ] {
        assert_eq!(
            grwl(&["-c", command]).status.code(),
            Some(status),
            "{command}"
        );
    }
    assert_eq!(grwl(&["/no/such/file.py"]).status.code(), Some(2));
}

/// Integers that grow do not leave pages behind for every length that they had.
#[test]
#[cfg(target_os = "linux")]
fn growing_integers_take_little_memory() {
    // The digits of pi, as a stream: several integers that grow to twenty thousand bytes.
    let command = "\
def peak():
    with open('/proc/self/status') as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith('VmHWM'))
q, r, t, k, n, m = 1, 0, 1, 1, 3, 3
before = peak()
position = 0
while position < 2500:
    if 4 * q + r - t < n * t:
        position += 1
        q, r, n = 10 * q, 10 * (r - n * t), 10 * (3 * q + r) // t - 10 * n
    else:
        q, r, t, k, n, m = q * k, (2 * q + r) * m, t * m, k + 1, (q * (7 * k + 2) + r * m) // (t * m), m + 2
print(n, peak() - before)
";
    let output = grwl(&["-c", command]);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("numbers");
    let numbers: Vec<u64> = text
        .split_whitespace()
        .map(|n| n.parse().expect("a number"))
        .collect();
    let kilobytes = numbers[1];
    assert!(
        kilobytes < 5000,
        "the integers take {kilobytes} kB at the peak"
    );
}

/// A session whose input is a pipe: its end ends a statement, and the line that it cuts off; PYTHONSTARTUP is run before it.
#[test]
fn a_session_reads_to_the_end_of_its_input() {
    let startup = std::env::temp_dir().join(format!("grwl-startup-{}.py", std::process::id()));
    std::fs::write(&startup, "print('begun')\n1 / 0\n").expect("the file can be written");
    let session = |input: &str| {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_grwl"))
            .args(["-q", "-i"])
            .env("PYTHONSTARTUP", &startup)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("it runs");
        let mut stdin = child.stdin.take().expect("stdin is a pipe");
        std::io::Write::write_all(&mut stdin, input.as_bytes()).expect("it reads");
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        let text = |bytes| String::from_utf8(bytes).expect("it writes UTF-8");
        (
            output.status.code(),
            text(output.stdout),
            text(output.stderr),
        )
    };
    let zero = "ZeroDivisionError: division by zero\n";
    for (input, stdout, stderr) in [
        ("if 1:\n  2\n", "begun\n2\n", ">>> ... ... \n>>> \n"),
        ("3 + 4", "begun\n7\n", ">>> ... \n>>> \n"),
        ("import os\nos.close(0)\n", "begun\n", ">>> >>> >>> \n"),
    ] {
        let (code, out, err) = session(input);
        let (startup_error, err) = err.split_once(zero).expect("the startup file fails");
        assert!(startup_error.contains("grwl-startup-"), "{startup_error}");
        assert_eq!(
            (code, out.as_str(), err),
            (Some(0), stdout, stderr),
            "{input:?}"
        );
    }
    let (code, _, err) = session("print(1");
    assert_eq!(code, Some(0));
    assert!(err.contains("SyntaxError: '(' was never closed"), "{err}");
    std::fs::remove_file(&startup).expect("it can be removed");
}
