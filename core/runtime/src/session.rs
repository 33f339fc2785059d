//! A plain interactive session: reads a statement, runs it, shows its value. The reading is `code.InteractiveConsole`'s, of the library.

use grwl_interpreter::{Global, state};
use grwl_object::module::Module;
use grwl_object::{Name, PyResult, Str, Thread, ValueExt, none, protocol};
use grwl_settings::Settings;

use grwl_module_imp::import::import;

grwl_object::names! {
    CONSOLE = "InteractiveConsole";
    INTERACT = "interact";
}

/// Runs a session in `__main__`.
///
/// # Errors
/// What importing the module `code` raises, and `SystemExit`.
pub fn run(thread: &mut Thread, settings: &Settings) -> PyResult<()> {
    let module = import(thread, "code")?;
    let name: &Name = &CONSOLE;
    let name = name.get(thread);
    let class = protocol::get_attribute(thread, module, name)?;
    let globals = match state::get(Global::Main).and_then(|main| main.downcast::<Module>()) {
        Some(main) => main.dict(thread)?.value(),
        None => none(),
    };
    let console = protocol::call_positional(thread, class, &[globals])?;
    let banner = if settings.quiet {
        String::new()
    } else {
        format!(
            "Python {} on linux\nType \"help\", \"copyright\", \"credits\" or \"license\" for more information.",
            grwl_settings::help::SYS_VERSION
        )
    };
    let banner = Str::new(thread, &banner).value();
    let empty = Str::empty().value();
    let name = INTERACT.get(thread);
    protocol::call_method(thread, console, name, &[banner, empty])?;
    Ok(())
}
