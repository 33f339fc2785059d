//! The pipeline: parse, check what the parser lets through, compile, mend, take over.
//!
//! Protocol
//! 1. The parser makes a tree. If it fails, [`crate::diagnose`] finds CPython's error; the parser's own
//!    message is never shown.
//! 2. The tree's depth is measured; a tree too deep is an error, and the rest runs on a stack that fits.
//! 3. [`crate::mend`] rewrites those parts of the tree that the compiler is known to get wrong;
//!    [`crate::pool`] keeps the constants of very large programs out of its way.
//! 4. The compiler decides: what it accepts is a program.
//! 5. [`crate::convert`] takes the code objects over, and [`crate::mend`] puts back what it took out.
//!
//! Invariant: warnings come out in CPython's order, also when an error follows them.

use ruff_python_ast::Mod;
use ruff_python_parser::{Mode as ParserMode, ParseOptions};
use ruff_source_file::{SourceFileBuilder, SourceLocation};
use ruff_text_size::TextRange;
use rustpython_codegen::compile::{CompileOpts, compile_top_with_syntax_warning_handler};
use rustpython_codegen::error::{CodegenError, CodegenErrorType};
use rustpython_compiler_core::Mode as CompilerMode;
use rustpython_compiler_core::bytecode::CodeFlags;

use crate::code::Code;
use crate::diagnose::Request;
use crate::error::{CompileError, ErrorKind, Place, Warning, WarningKind};
use crate::lines::Lines;
use crate::options::{Mode, Options, compile_flags};
use crate::{convert, depth, diagnose, escapes, mend, pool, redeclared, repair, shadow, source};

/// What came of a compilation.
#[derive(Clone, Debug)]
pub struct Compilation {
    /// The code, or why there is none.
    pub result: Result<Code, CompileError>,
    /// The warnings met on the way, in order.
    pub warnings: Vec<Warning>,
}

/// Compiles source text.
///
/// `source` may have any newlines; bytes go through [`crate::decode_source`] first.
#[must_use]
pub fn compile(source: &str, filename: &str, mode: Mode, options: &Options) -> Compilation {
    let mut warnings = Vec::new();
    let result = run(source, filename, mode, options, &mut warnings);
    Compilation { result, warnings }
}

fn run(
    source: &str,
    filename: &str,
    mode: Mode,
    options: &Options,
    warnings: &mut Vec<Warning>,
) -> Result<Code, CompileError> {
    if source.contains('\0') {
        return Err(CompileError::unplaced(
            ErrorKind::Syntax,
            "source code string cannot contain null bytes",
        ));
    }
    let text = source::newlines(source);
    let text = text.as_ref();
    if u32::try_from(text.len()).is_err() {
        return Err(CompileError::unplaced(ErrorKind::Memory, ""));
    }
    let lines = Lines::new(text);
    let request = Request {
        text,
        lines: &lines,
        filename,
        mode,
        incomplete: options.has(compile_flags::ALLOW_INCOMPLETE_INPUT),
        imply_dedent: !options.has(compile_flags::DONT_IMPLY_DEDENT),
    };
    let tree = parse(&request)?;
    let Some(levels) = depth::measure(&tree) else {
        depth::drop_deep(tree, text.len());
        return Err(CompileError::unplaced(
            ErrorKind::Recursion,
            "maximum recursion depth exceeded during compilation",
        ));
    };
    depth::with_stack(levels, || {
        escapes::check(&tree, text, &lines, warnings);
        generate(tree, &request, options, warnings)
    })
}

fn parse(request: &Request<'_>) -> Result<Mod, CompileError> {
    let parser_mode = match request.mode {
        Mode::Exec | Mode::Single => ParserMode::Module,
        Mode::Eval => ParserMode::Expression,
    };
    let parsed = ruff_python_parser::parse_unchecked(
        request.text,
        ParseOptions::from(parser_mode).with_target_version(ruff_python_ast::PythonVersion::PY314),
    );
    let accepted = parsed.errors().is_empty() && parsed.unsupported_syntax_errors().is_empty();
    if accepted && !diagnose::suspicious(request, parsed.syntax()) {
        return Ok(parsed.into_syntax());
    }
    let fallback = parsed.errors().first().map(|error| {
        (
            error.location.start().to_usize(),
            error.location.end().to_usize(),
        )
    });
    match diagnose::diagnose(request) {
        Some(error) => {
            depth::drop_deep(parsed.into_syntax(), request.text.len());
            Err(error)
        }
        None if accepted => Ok(parsed.into_syntax()),
        // The grammar finds nothing wrong: the parser is, if it is one of the things it is known for.
        None if repair::only_bare_raises(request.text, parsed.errors()) => {
            let mut tree = parsed.into_syntax();
            repair::bare_raises(&mut tree);
            Ok(tree)
        }
        None => {
            depth::drop_deep(parsed.into_syntax(), request.text.len());
            let (start, end) = fallback.unwrap_or_default();
            Err(CompileError {
                kind: ErrorKind::Syntax,
                message: "invalid syntax".to_owned(),
                filename: Some(request.filename.into()),
                place: Some(request.lines.place(start, end)),
                bare: false,
            })
        }
    }
}

fn generate(
    mut tree: Mod,
    request: &Request<'_>,
    options: &Options,
    warnings: &mut Vec<Warning>,
) -> Result<Code, CompileError> {
    let Request {
        text,
        filename,
        mode,
        ..
    } = *request;
    if matches!(mode, Mode::Single)
        && let Mod::Module(module) = &tree
        && module.body.is_empty()
    {
        return Err(diagnose::empty_single(request));
    }
    if let Some(found) = redeclared::find(&tree, text) {
        return Err(redeclared_error(&found, request));
    }
    let shadowed = shadow::before(&mut tree, text);
    let mended = mend::before(&mut tree, text, options.effective_optimize() < 2);
    let thinned = pool::thin(&mut tree);
    let file = SourceFileBuilder::new(filename, text).finish();
    let opts = CompileOpts {
        optimize: options.effective_optimize(),
        debug_ranges: options.debug_ranges,
        int_max_str_digits: options.int_max_str_digits,
        allow_top_level_await: options.has(compile_flags::ALLOW_TOP_LEVEL_AWAIT),
        future_features: CodeFlags::from_bits_truncate(options.future_flags()),
        dont_imply_dedent: options.has(compile_flags::DONT_IMPLY_DEDENT),
        recursion_limit: depth::LIMIT * 4,
    };
    let compiler_mode = match mode {
        Mode::Exec => CompilerMode::Exec,
        Mode::Eval => CompilerMode::Eval,
        Mode::Single => CompilerMode::Single,
    };
    let mut collect = |location: SourceLocation, message: String| {
        warnings.push(Warning {
            kind: WarningKind::Syntax,
            message,
            as_error: None,
            place: compiler_place(location, None),
        });
        Ok(())
    };
    match compile_top_with_syntax_warning_handler(
        tree,
        file,
        compiler_mode,
        opts,
        Some(&mut collect),
    ) {
        Ok(object) => {
            let mut code = convert::code(object);
            pool::restore(&mut code, &thinned);
            mend::after(&mut code, &mended);
            if shadowed {
                shadow::after(&mut code);
            }
            Ok(code)
        }
        Err(error) => Err(compiler_error(error, filename)),
    }
}

/// The compiler's positions count bytes, and so do those of CPython's compiler.
fn compiler_place(start: SourceLocation, end: Option<SourceLocation>) -> Place {
    let number = |value: usize| i32::try_from(value).unwrap_or(i32::MAX);
    Place {
        lineno: u32::try_from(start.line.get()).unwrap_or(u32::MAX),
        offset: number(start.character_offset.get()),
        end_lineno: end.map(|end| number(end.line.get())),
        end_offset: end.map(|end| number(end.character_offset.get())),
        text: None,
        text_from_file: true,
    }
}

fn redeclared_error((range, message): &(TextRange, String), request: &Request<'_>) -> CompileError {
    let lines = request.lines;
    let number = |value: usize| i32::try_from(value).unwrap_or(i32::MAX);
    let (start, end) = (range.start().to_usize(), range.end().to_usize());
    CompileError {
        kind: ErrorKind::Syntax,
        message: message.clone(),
        filename: Some(request.filename.into()),
        place: Some(Place {
            lineno: lines.number(start),
            offset: number(start - lines.start(start) + 1),
            end_lineno: i32::try_from(lines.number(end)).ok(),
            end_offset: Some(number(end - lines.start(end) + 1)),
            text: None,
            text_from_file: true,
        }),
        bare: true,
    }
}

/// Does CPython's symbol table, or its look at `__future__`, find this error? It then leaves the place out of the exception's arguments.
fn is_bare(message: &str) -> bool {
    const WHOLE: [&str; 11] = [
        "'async for' outside async function",
        "'async with' outside async function",
        "'await' outside async function",
        "'await' outside function",
        "asynchronous comprehension outside of an asynchronous function",
        "cannot assign to __debug__",
        "cannot delete __debug__",
        "from __future__ imports must occur at the beginning of the file",
        "import * only allowed at module level",
        "nonlocal declaration not allowed at module level",
        "not a chance",
    ];
    const STARTS: [&str; 9] = [
        "'yield' inside ",
        "annotated name '",
        "assignment expression ",
        "comprehension inner loop ",
        "duplicate argument '",
        "duplicate type parameter '",
        "future feature ",
        "name '",
        "no binding for ",
    ];
    WHOLE.contains(&message)
        || STARTS.iter().any(|start| message.starts_with(start))
        || message.contains(" expression cannot be used within ")
}

fn compiler_error(error: CodegenError, filename: &str) -> CompileError {
    let message = error.error.to_string();
    let kind = match error.error {
        CodegenErrorType::RecursionError => {
            return CompileError::unplaced(ErrorKind::Recursion, message);
        }
        _ => ErrorKind::Syntax,
    };
    CompileError {
        kind,
        bare: is_bare(&message),
        message,
        filename: Some(filename.into()),
        place: error
            .location
            .map(|start| compiler_place(start, error.end_location)),
    }
}
