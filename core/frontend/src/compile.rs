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
//! A tree of Python's nodes ([`Node`]) leaves the pipeline after step 2, or enters it there.
//!
//! Invariant: warnings come out in CPython's order, also when an error follows them.

use ruff_python_ast::Mod;
use ruff_python_parser::{Mode as ParserMode, ParseOptions};
use ruff_source_file::{SourceFile, SourceFileBuilder, SourceLocation};
use ruff_text_size::TextRange;
use rustpython_codegen::compile::{CompileOpts, compile_top_with_syntax_warning_handler};
use rustpython_codegen::error::{CodegenError, CodegenErrorType};
use rustpython_codegen::preprocess;
use rustpython_codegen::symboltable::SymbolTable;
use rustpython_compiler_core::Mode as CompilerMode;
use rustpython_compiler_core::bytecode::CodeFlags;

use crate::code::Code;
use crate::diagnose::Request;
use crate::error::{CompileError, ErrorKind, Place, Warning, WarningKind};
use crate::lines::Lines;
use crate::options::{Mode, Options, TreeMode, compile_flags};
use crate::symbols::{self, Table};
use crate::tree::comments::Comments;
use crate::tree::from_parser::Reader;
use crate::tree::optimise::Optimiser;
use crate::tree::{Kind, Node, signature, to_parser, validate, version};
use crate::{
    convert, depth, diagnose, digits, escapes, mend, names, nesting, pool, redeclared, relocate,
    repair, shadow, source,
};

/// What came of a compilation.
#[derive(Clone, Debug)]
pub struct Compilation<T = Code> {
    /// The code, or why there is none.
    pub result: Result<T, CompileError>,
    /// The warnings met on the way, in order.
    pub warnings: Vec<Warning>,
}

/// Compiles source text.
///
/// `source` may have any newlines; bytes go through [`crate::decode_source`] first.
#[must_use]
pub fn compile(source: &str, filename: &str, mode: Mode, options: &Options) -> Compilation {
    let mut warnings = Vec::new();
    let result = parsed(source, filename, mode, options, &mut warnings, |all| {
        if matches!(mode, Mode::Single)
            && let Mod::Module(module) = &all.tree
            && module.body.is_empty()
        {
            return Err(diagnose::empty_single(all.request));
        }
        let text = all.request.text;
        let file = SourceFileBuilder::new(filename, text).finish();
        let origin = Origin::Text(text);
        generate(all.tree, file, origin, mode, options, all.warnings)
    });
    Compilation { result, warnings }
}

/// The tree of a source text, as Python's `ast` shows it; optimised if the options say so.
///
/// `feature_version` is the minor version of the oldest Python that has to understand the text; what is newer is refused.
#[must_use]
pub fn parse(
    source: &str,
    filename: &str,
    mode: TreeMode,
    options: &Options,
    feature_version: i32,
) -> Compilation<Node> {
    let mut warnings = Vec::new();
    let result = match mode.compiled() {
        None => parse_signature(source, filename),
        Some(compiled) => parsed(source, filename, compiled, options, &mut warnings, |all| {
            read(all, compiled, options, feature_version)
        }),
    };
    Compilation { result, warnings }
}

/// The symbol tables of a source text.
#[must_use]
pub fn symbols_of(
    source: &str,
    filename: &str,
    mode: Mode,
    options: &Options,
) -> Compilation<Table> {
    let mut warnings = Vec::new();
    let result = parsed(source, filename, mode, options, &mut warnings, |all| {
        let file = SourceFileBuilder::new(filename, all.request.text).finish();
        let limit = depth::LIMIT * 4;
        let table = match &all.tree {
            Mod::Module(module) => {
                SymbolTable::scan_program_with_options(module, file, false, false, limit)
            }
            Mod::Expression(expression) => {
                SymbolTable::scan_expr_with_options(expression, file, false, false, limit)
            }
        };
        match table {
            Ok(table) => Ok(symbols::convert(&table)),
            Err(error) => {
                let error = error.into_codegen_error(filename.to_owned());
                Err(compiler_error(error, filename))
            }
        }
    });
    Compilation { result, warnings }
}

/// Compiles a tree of nodes: what kind of program it is, its root says.
///
/// Every field that the grammar wants must be there; what else can be wrong with a tree is found here.
#[must_use]
pub fn compile_tree(tree: &Node, filename: &str, options: &Options) -> Compilation {
    let mut warnings = Vec::new();
    let result = checked(tree, || {
        let mode = match tree.kind {
            Kind::Expression => Mode::Eval,
            Kind::Interactive => Mode::Single,
            _ => Mode::Exec,
        };
        if let Some(error) = validate::unknown_conversion(tree) {
            return Err(error);
        }
        let (module, layout) = to_parser::write(tree);
        let file = SourceFileBuilder::new(filename, layout.text()).finish();
        let mut result = generate(module, file, Origin::Tree, mode, options, &mut warnings);
        if let Ok(code) = &mut result {
            layout.restore(code);
        }
        if layout.is_sparse() {
            let line = |number| layout.line(number);
            match &mut result {
                Ok(code) => relocate::relocate(code, &line),
                Err(error) => error.place.iter_mut().for_each(|place| place.map(&line)),
            }
            for warning in &mut warnings {
                warning.place.map(&line);
            }
        }
        result
    });
    Compilation { result, warnings }
}

/// Checks a tree of nodes and optimises it, as `PyCF_OPTIMIZED_AST` asks.
///
/// # Errors
/// What is wrong with the tree.
pub fn optimise_tree(mut tree: Node, options: &Options) -> Result<Node, CompileError> {
    checked(&tree, || Ok(()))?;
    let levels = tree.depth();
    depth::with_stack(levels, || {
        let future_annotations = imports_annotations(&tree);
        optimise(&mut tree, options, future_annotations);
        Ok(())
    })?;
    Ok(tree)
}

/// Runs `work` on a stack that fits, if the tree is one.
fn checked<T>(
    tree: &Node,
    work: impl FnOnce() -> Result<T, CompileError>,
) -> Result<T, CompileError> {
    let levels = tree.depth();
    if levels > depth::LIMIT {
        return Err(depth::too_deep());
    }
    depth::with_stack(levels, || {
        validate::check(tree)?;
        work()
    })
}

/// A parsed program.
struct Parsed<'r, 's> {
    tree: Mod,
    request: &'r Request<'s>,
    warnings: &'r mut Vec<Warning>,
}

/// Parses, and hands the tree to `work` on a stack that fits.
fn parsed<T>(
    source: &str,
    filename: &str,
    mode: Mode,
    options: &Options,
    warnings: &mut Vec<Warning>,
    work: impl FnOnce(Parsed<'_, '_>) -> Result<T, CompileError>,
) -> Result<T, CompileError> {
    let text = text_of(source)?;
    let text = text.as_ref();
    let lines = Lines::new(text);
    let request = Request {
        text,
        lines: &lines,
        filename,
        mode,
        incomplete: options.has(compile_flags::ALLOW_INCOMPLETE_INPUT),
        imply_dedent: !options.has(compile_flags::DONT_IMPLY_DEDENT),
    };
    let tree = parser_tree(&request, warnings)?;
    let levels = match depth::measure(&tree) {
        Ok(levels) => levels,
        Err(error) => {
            depth::drop_deep(tree, text.len());
            return Err(error);
        }
    };
    depth::with_stack(levels, || {
        escapes::check(&tree, text, &lines, warnings);
        if text.contains('{')
            && let Some(error) = nesting::check(&tree, &lines, filename)
        {
            return Err(error);
        }
        let limit = options.int_max_str_digits;
        if let Some(error) = digits::check(&tree, text, &lines, filename, limit) {
            return Err(error);
        }
        work(Parsed {
            tree,
            request: &request,
            warnings,
        })
    })
}

fn text_of(source: &str) -> Result<std::borrow::Cow<'_, str>, CompileError> {
    if source.contains('\0') {
        return Err(CompileError::unplaced(
            ErrorKind::Syntax,
            "source code string cannot contain null bytes",
        ));
    }
    let text = source::newlines(source);
    if u32::try_from(text.len()).is_err() {
        return Err(CompileError::unplaced(ErrorKind::Memory, ""));
    }
    Ok(text)
}

fn parser_tree(request: &Request<'_>, warnings: &mut Vec<Warning>) -> Result<Mod, CompileError> {
    let parser_mode = match request.mode {
        Mode::Exec | Mode::Single => ParserMode::Module,
        Mode::Eval => ParserMode::Expression,
    };
    let parsed = ruff_python_parser::parse_unchecked(
        request.text,
        ParseOptions::from(parser_mode).with_target_version(ruff_python_ast::PythonVersion::PY314),
    );
    if !request.text.is_ascii()
        && let Ok(levels) = depth::measure(parsed.syntax())
    {
        depth::with_stack(levels, || {
            names::check(parsed.syntax(), request.text).map_or(Ok(()), Err)
        })?;
    }
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
            warn_before(&error, parsed.syntax(), request, warnings);
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
            Err(invalid_syntax(request.filename, request.lines, start, end))
        }
    }
}

/// What the parser has read when it meets an error, it has warned of.
fn warn_before(
    error: &CompileError,
    tree: &Mod,
    request: &Request<'_>,
    warnings: &mut Vec<Warning>,
) {
    let (Some(place), Ok(levels)) = (&error.place, depth::measure(tree)) else {
        return;
    };
    let mut found = Vec::new();
    let checked = depth::with_stack(levels, || {
        escapes::check(tree, request.text, request.lines, &mut found);
        Ok(())
    });
    if checked.is_err() {
        return;
    }
    let is_before = |warning: &Warning| {
        let end = warning.place.lineno;
        (end, warning.place.offset) < (place.lineno, place.offset)
    };
    warnings.extend(found.into_iter().filter(is_before));
}

fn invalid_syntax(filename: &str, lines: &Lines<'_>, start: usize, end: usize) -> CompileError {
    syntax_error("invalid syntax", filename, lines, start, end)
}

fn syntax_error(
    message: impl Into<String>,
    filename: &str,
    lines: &Lines<'_>,
    start: usize,
    end: usize,
) -> CompileError {
    CompileError {
        bare: false,
        context: None,
        kind: ErrorKind::Syntax,
        message: message.into(),
        filename: Some(filename.into()),
        place: Some(lines.place(start, end)),
    }
}

/// From the parser's tree to nodes.
fn read(
    all: Parsed<'_, '_>,
    mode: Mode,
    options: &Options,
    feature_version: i32,
) -> Result<Node, CompileError> {
    let Parsed {
        tree,
        request,
        warnings,
    } = all;
    let Request {
        text,
        lines,
        filename,
        ..
    } = *request;
    let file = SourceFileBuilder::new(filename, text).finish();
    let comments = options.has(compile_flags::TYPE_COMMENTS).then(|| {
        let again =
            ruff_python_parser::parse_unchecked(text, ParseOptions::from(ParserMode::Module));
        Comments::new(text, lines, again.tokens())
    });
    let reader = Reader {
        text,
        lines,
        file: &file,
        comments: comments.as_ref(),
    };
    let mut node = reader.module(&tree, matches!(mode, Mode::Single));
    if let Some((start, message)) = comments.as_ref().and_then(Comments::misplaced) {
        let end = start + text[start..].find('\n').unwrap_or(text.len() - start);
        return Err(syntax_error(message, filename, lines, start, end));
    }
    if let Some(found) = version::check(&node, feature_version, text, lines) {
        let start = found.end.saturating_sub(1);
        return Err(syntax_error(
            found.message,
            filename,
            lines,
            start,
            found.end,
        ));
    }
    if options.has(compile_flags::OPTIMIZED_AST) {
        // CPython warns of these where it optimises.
        let code = file.to_source_code();
        let _ = preprocess::warn_control_flow_in_finally(&tree, |range, message| {
            let encoding = ruff_source_file::PositionEncoding::Utf8;
            let location = code.source_location(range.start(), encoding);
            warnings.push(warning(location, message));
            Ok::<_, std::convert::Infallible>(())
        });
        optimise(
            &mut node,
            options,
            preprocess::has_future_annotations(&tree),
        );
    }
    Ok(node)
}

fn optimise(tree: &mut Node, options: &Options, future_annotations: bool) {
    let given = options.future_flags() & crate::code::code_flags::FUTURE_ANNOTATIONS != 0;
    let optimiser = Optimiser {
        level: options.effective_optimize(),
        future_annotations: given || future_annotations,
    };
    optimiser.visit(tree);
}

/// Does the tree begin with `from __future__ import annotations`?
fn imports_annotations(tree: &Node) -> bool {
    if tree.kind == Kind::Expression {
        return false;
    }
    let (module, _) = to_parser::write(tree);
    preprocess::has_future_annotations(&module)
}

fn parse_signature(source: &str, filename: &str) -> Result<Node, CompileError> {
    let text = text_of(source)?;
    let text = text.as_ref();
    let lines = Lines::new(text);
    let file = SourceFileBuilder::new(filename, text).finish();
    let reader = Reader {
        text,
        lines: &lines,
        file: &file,
        comments: None,
    };
    depth::with_stack(depth::LIMIT, || {
        signature::read(&reader)
            .map_err(|(start, end)| invalid_syntax(filename, &lines, start, end))
    })
}

/// Where a tree comes from.
#[derive(Clone, Copy)]
enum Origin<'s> {
    Text(&'s str),
    /// Made by hand: there is no text, but offsets for places.
    Tree,
}

fn generate(
    mut tree: Mod,
    file: SourceFile,
    origin: Origin<'_>,
    mode: Mode,
    options: &Options,
    warnings: &mut Vec<Warning>,
) -> Result<Code, CompileError> {
    let text = match origin {
        Origin::Text(text) => Some(text),
        Origin::Tree => None,
    };
    if let Some(found) = redeclared::find(&tree, text) {
        return Err(redeclared_error(&found, &file));
    }
    let shadowed = shadow::before(&mut tree, text);
    let mended = mend::before(&mut tree, text, options.effective_optimize() < 2);
    let thinned = pool::thin(&mut tree);
    let filename = file.name().to_owned();
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
        warnings.push(warning(location, message));
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
        Err(error) => Err(compiler_error(error, &filename)),
    }
}

fn warning(location: SourceLocation, message: String) -> Warning {
    Warning {
        kind: WarningKind::Syntax,
        message,
        as_error: None,
        place: compiler_place(location, None),
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

fn redeclared_error((range, message): &(TextRange, String), file: &SourceFile) -> CompileError {
    let source = file.to_source_code();
    let start = source.line_column(range.start());
    let end = source.line_column(range.end());
    let mut place = compiler_place(
        SourceLocation {
            line: start.line,
            character_offset: start.column,
        },
        None,
    );
    place.end_lineno = i32::try_from(end.line.get()).ok();
    place.end_offset = i32::try_from(end.column.get()).ok();
    CompileError {
        kind: ErrorKind::Syntax,
        message: message.clone(),
        filename: Some(file.name().into()),
        place: Some(place),
        bare: true,
        context: None,
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
        context: None,
        message,
        filename: Some(filename.into()),
        place: error
            .location
            .map(|start| compiler_place(start, error.end_location)),
    }
}
