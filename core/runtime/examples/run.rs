//! Runs a program with `print` and nothing else: for the first days.
use grwl_heap::HeapConfig;
use grwl_interpreter::{Code, Function, builtins_dict, classes};
use grwl_object::dict::Dict;
use grwl_object::function::BuiltinFunction;
use grwl_object::world::WorldConfig;
use grwl_object::{Args, Method, PyResult, Thread, Value, intern, none, protocol};
use grwl_threads::{Config, Mode};

fn print(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let mut line = String::new();
    for (i, &value) in args.by_position().iter().enumerate() {
        if i > 0 {
            line.push(' ');
        }
        line += &protocol::str(thread, value)?.to_string();
    }
    println!("{line}");
    Ok(none())
}
fn build_class(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    classes::build_class(thread, args)
}
static FUNCTIONS: [Method; 2] = [
    Method::any("print", print, "print"),
    Method::any("__build_class__", build_class, "build"),
];

fn main() {
    grwl_runtime::start::start_world(WorldConfig {
        threads: Config::new(Mode::RwLock).stress_from_env().unwrap(),
        heap: HeapConfig::default().switches_from_env().unwrap(),
        hash_key: (1, 2),
    });
    let mut thread = Thread::attach().unwrap();
    let thread = &mut *thread;
    let _stack = grwl_interpreter::frame::FrameStack::install(thread);
    let result = (|| -> PyResult<()> {
        grwl_runtime::start::ready_types(thread)?;
        grwl_runtime::start::new_builtins(thread);
        let builtins = builtins_dict(thread);
        for class in grwl_object::types::BUILTIN
            .iter()
            .chain(grwl_object::types::ALL)
        {
            let name = intern(thread, &class.name().to_string());
            builtins.set_str(thread, name, grwl_object::Ref::from_static(*class).value())?;
        }
        for f in &FUNCTIONS {
            let name = intern(thread, f.name);
            let function = BuiltinFunction::new(thread, f, Some(none()), None);
            builtins.set_str(thread, name, function.value())?;
        }
        let path = std::env::args().nth(1).unwrap();
        let source = std::fs::read_to_string(&path).unwrap();
        let done = grwl_frontend::compile(
            &source,
            &path,
            grwl_frontend::Mode::Exec,
            &grwl_frontend::Options::default(),
        );
        let code = Code::from_frontend(thread, &done.result.unwrap())?;
        let globals = Dict::new(thread);
        let name = intern(thread, "__name__");
        let main = intern(thread, "__main__").value();
        globals.set_str(thread, name, main)?;
        let function = Function::new(thread, code, globals, None)?;
        classes::run_in(thread, function, globals.value())?;
        Ok(())
    })();
    if let Err(raised) = result {
        let text = protocol::repr(thread, raised.0).map(|t| t.to_string());
        println!("raised {text:?}");
        let mut tb = raised.exception().traceback();
        while let Some(entry) = tb {
            println!("  line {:?}", entry.line());
            tb = entry.next();
        }
    }
}
