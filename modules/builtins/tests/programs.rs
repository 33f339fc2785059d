//! Programs whose assertions hold in CPython 3.14 (but for what names this implementation).

mod harness;

use grwl_object::dict::Dict;
use grwl_object::intern;

const PROGRAMS: [(&str, &str); 2] = [
    ("functions.py", include_str!("programs/functions.py")),
    ("importing.py", include_str!("programs/importing.py")),
];

/// One test, as a process has one world.
#[test]
fn programs() {
    harness::with_runtime(|thread| {
        for (name, source) in PROGRAMS {
            let globals = Dict::new(thread);
            let key = intern(thread, "__name__");
            let main = intern(thread, "__main__").value();
            globals.set_str(thread, key, main)?;
            harness::run_source(thread, source, name, globals)?;
        }
        Ok(())
    });
}
