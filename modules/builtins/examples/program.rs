//! Runs a program with the runtime of this package's tests.

#[path = "../tests/harness/mod.rs"]
mod harness;

use grwl_object::dict::Dict;
use grwl_object::intern;

fn main() {
    let path = std::env::args().nth(1).expect("a file");
    let source = std::fs::read_to_string(&path).expect("a readable file");
    harness::with_runtime(|thread| {
        let globals = Dict::new(thread);
        let name = intern(thread, "__name__");
        let main = intern(thread, "__main__").value();
        globals.set_str(thread, name, main)?;
        harness::run_source(thread, &source, &path, globals)
    });
}
