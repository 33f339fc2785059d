//! The code of the embedded standard library, which is not looked at when it is loaded, has nothing wrong; and the verifier asks for nothing that the
//! compiler does not give.

use grwl_frontend::{Code, Const, FAST_FREE};
use grwl_interpreter::verify::{Constant, Subject, Verdict, parameters, verify};
use grwl_stdlib::modules;

fn constant(value: &Const) -> Constant {
    match value {
        Const::None => Constant::None,
        Const::Str(_) => Constant::Str,
        Const::Tuple(items) => {
            let is_names = items.iter().all(|item| matches!(item, Const::Str(_)));
            Constant::Tuple(is_names.then_some(items.len()))
        }
        Const::Code(_) => Constant::Code,
        _ => Constant::Other,
    }
}

/// How many code objects there are, and what is wrong with them.
fn check(code: &Code, wrong: &mut Vec<String>) -> usize {
    let units: Vec<u16> = code
        .instructions
        .iter()
        .map(|unit| u16::from(unit.opcode) | u16::from(unit.arg) << 8)
        .collect();
    let constants: Vec<Constant> = code.consts.iter().map(constant).collect();
    let verdict = verify(&Subject {
        units: &units,
        constants: &constants,
        names: code.names.len(),
        kinds: &code.localspluskinds,
        parameters: parameters(code.argcount, code.kwonlyargcount, code.flags),
        free: code
            .localspluskinds
            .iter()
            .filter(|&&kind| kind & FAST_FREE != 0)
            .count(),
        stack: code.stacksize as usize,
        flags: code.flags,
        exception_table: &code.exceptiontable,
    });
    if verdict != Verdict::Traps(Vec::new()) {
        let place = format!("{}:{} {}", code.filename, code.firstlineno, code.qualname);
        wrong.push(format!("{place}: {verdict:?}"));
    }
    let nested = code.consts.iter().filter_map(|value| match value {
        Const::Code(nested) => Some(nested),
        _ => None,
    });
    1 + nested.map(|nested| check(nested, wrong)).sum::<usize>()
}

#[test]
fn the_library_is_fit_to_run() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for module in modules() {
        let code = grwl_marshal::read_code(&module.code()).expect("the archive is right");
        count += check(&code, &mut wrong);
    }
    assert!(count > 15_000, "{count}");
    assert!(
        wrong.is_empty(),
        "{} of {count}: {:#?}",
        wrong.len(),
        &wrong[..wrong.len().min(40)]
    );
}
