//! `open`, `open_code`, `text_encoding`, and the standard streams.

use grwl_object::{
    Args, PyResult, Ref, Signature, Str, Thread, TypeObject, Value, ValueExt, int, intern, none,
    protocol, types,
};

use crate::buffered::{RANDOM, READER, WRITER};
use crate::file_io::FILE_IO;
use crate::names as n;
use crate::object::{attribute, call, chained, or_none};
use crate::settings;
use crate::text_io::TEXT_IO;

fn class(class: &'static TypeObject) -> Value {
    Ref::from_static(class).value()
}

fn is_mode(mode: &[u8]) -> bool {
    mode.iter().all(|c| b"axrwb+t".contains(c))
        && (1..mode.len()).all(|place| !mode[..place].contains(&mode[place]))
}

pub(crate) fn open(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static S: Signature<8> = Signature::new(
        "open",
        [
            "file",
            "mode",
            "buffering",
            "encoding",
            "errors",
            "newline",
            "closefd",
            "opener",
        ],
    )
    .optional_after(1);
    let [
        file,
        mode,
        buffering,
        encoding,
        errors,
        newline,
        close_fd,
        opener,
    ] = args.parse(thread, &S)?;
    let mode = match mode {
        Some(mode) => match mode.downcast::<Str>() {
            Some(mode) => mode,
            None => {
                return Err(thread.type_error(format_args!(
                    "open() argument 'mode' must be str, not {}",
                    mode.class().name()
                )));
            }
        },
        None => intern(thread, "r"),
    };
    let mut buffering = match buffering {
        Some(buffering) => grwl_types_text::arguments::c_int(thread, buffering)?,
        None => -1,
    };
    for (which, given) in [
        ("encoding", encoding),
        ("errors", errors),
        ("newline", newline),
    ] {
        if let Some(given) = given.and_then(ValueExt::not_none)
            && given.downcast::<Str>().is_none()
        {
            return Err(thread.type_error(format_args!(
                "open() argument '{which}' must be str or None, not {}",
                given.class().name()
            )));
        }
    }
    let mut file = or_none(file);
    if !int::is_int(file) {
        file = grwl_module_posix::path::fspath(thread, file)?;
    }
    let text = mode.to_rust_lossy();
    if !is_mode(text.as_bytes()) {
        let shown = protocol::repr(thread, mode.value())?;
        return Err(thread.value_error(format_args!("invalid mode: {shown}")));
    }
    let has = |c: char| text.contains(c);
    let is_binary = has('b');
    if has('t') && is_binary {
        return Err(thread.value_error("can't have text and binary mode at once"));
    }
    if ['x', 'r', 'w', 'a'].iter().filter(|&&c| has(c)).count() > 1 {
        return Err(thread.value_error("must have exactly one of create/read/write/append mode"));
    }
    if is_binary {
        for (which, given) in [
            ("an encoding", encoding),
            ("an errors", errors),
            ("a newline", newline),
        ] {
            if given.and_then(ValueExt::not_none).is_some() {
                return Err(
                    thread.value_error(format_args!("binary mode doesn't take {which} argument"))
                );
            }
        }
        if buffering == 1 {
            grwl_object::exception::warn(
                thread,
                &types::RUNTIME_WARNING,
                "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used",
                1,
            )?;
        }
    }
    let raw_mode: String = text.chars().filter(|c| !matches!(c, 'b' | 't')).collect();
    let raw_mode = Str::new(thread, &raw_mode).value();
    let close_fd = match close_fd {
        Some(close_fd) => int::bool(protocol::is_true(thread, close_fd)?),
        None => int::bool(true),
    };
    let raw = protocol::call_positional(
        thread,
        class(&FILE_IO),
        &[file, raw_mode, close_fd, or_none(opener)],
    )?;
    let mut result = raw;
    let made = (|| -> PyResult {
        let mut line_buffering = false;
        if buffering < 0 || buffering == 1 {
            let is_terminal = crate::file_io::is_terminal_as_opened(thread, raw)?;
            line_buffering = !is_binary && (buffering == 1 || is_terminal);
            buffering = -1;
        }
        let size = if buffering < 0 {
            let name = intern(thread, "_blksize");
            let block = protocol::get_attribute(thread, raw, name)?;
            let block = protocol::as_i64(thread, block)?;
            block
                .max(crate::object::DEFAULT_BUFFER_SIZE as i64)
                .min(8 << 20)
        } else {
            buffering.into()
        };
        if size == 0 {
            if !is_binary {
                return Err(thread.value_error("can't have unbuffered text I/O"));
            }
            return Ok(raw);
        }
        let kind = if has('+') {
            &RANDOM
        } else if has('x') || has('w') || has('a') {
            &WRITER
        } else {
            &READER
        };
        let buffer = protocol::call_positional(thread, class(kind), &[raw, Value::small(size)])?;
        result = buffer;
        if is_binary {
            return Ok(buffer);
        }
        let wrapped = protocol::call_positional(
            thread,
            class(&TEXT_IO),
            &[
                buffer,
                or_none(encoding),
                or_none(errors),
                or_none(newline),
                int::bool(line_buffering),
            ],
        )?;
        result = wrapped;
        let name = n::MODE.get(thread);
        protocol::set_attribute(thread, wrapped, name, mode.value())?;
        Ok(wrapped)
    })();
    match made {
        Ok(made) => Ok(made),
        Err(raised) => {
            let closed = call(thread, result, &n::CLOSE, &[]).map(|_| ());
            chained(thread, Err(raised), closed)?;
            Err(raised)
        }
    }
}

pub(crate) fn open_code(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static S: Signature<1> = Signature::new("open_code", ["path"]);
    let [path] = args.parse(thread, &S)?;
    let path = or_none(path);
    if path.downcast::<Str>().is_none() {
        return Err(thread.type_error(format_args!(
            "open_code() argument 'path' must be str, not {}",
            path.class().name()
        )));
    }
    let mode = intern(thread, "rb").value();
    open(thread, none(), Args::positional(&[path, mode]))
}

pub(crate) fn text_encoding(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static S: Signature<2> = Signature::new("text_encoding", ["encoding", "stacklevel"])
        .optional_after(1)
        .positional_only(2);
    let [encoding, level] = args.parse(thread, &S)?;
    let level = match level {
        Some(level) => grwl_types_text::arguments::c_int(thread, level)?,
        None => 2,
    };
    if let Some(encoding) = encoding.and_then(ValueExt::not_none) {
        return Ok(encoding);
    }
    settings::warn_of_default(thread, level.into())?;
    let name = if settings::get().utf8_mode {
        "utf-8"
    } else {
        "locale"
    };
    Ok(intern(thread, name).value())
}

/// Makes `sys.stdin`, `sys.stdout` and `sys.stderr`. `None` stands for a stream whose descriptor is closed.
///
/// # Errors
/// `MemoryError`, `LookupError` for an unknown encoding.
pub fn standard_streams(
    thread: &mut Thread,
    encoding: &str,
    errors: &str,
    unbuffered: bool,
) -> PyResult<[Value; 3]> {
    let mut streams = [none(); 3];
    for (fd, stream) in streams.iter_mut().enumerate() {
        // What is written to stderr must come out whatever it is.
        let errors = if fd == 2 { "backslashreplace" } else { errors };
        *stream = standard_stream(thread, fd as i32, encoding, errors, unbuffered)?;
    }
    Ok(streams)
}

fn standard_stream(
    thread: &mut Thread,
    fd: i32,
    encoding: &str,
    errors: &str,
    unbuffered: bool,
) -> PyResult {
    if !grwl_module_posix::descriptor::is_open(thread, fd) {
        return Ok(none());
    }
    let (name, mode) = match fd {
        0 => ("<stdin>", "r"),
        1 => ("<stdout>", "w"),
        _ => ("<stderr>", "w"),
    };
    let writes = fd != 0;
    let number = Value::small(fd.into());
    let raw_mode = intern(thread, if writes { "wb" } else { "rb" }).value();
    let size = Value::small(if unbuffered && writes { 0 } else { -1 });
    let nothing = none();
    let opened = open(
        thread,
        none(),
        Args::positional(&[
            number,
            raw_mode,
            size,
            nothing,
            nothing,
            nothing,
            int::bool(false),
        ]),
    );
    let buffer = match opened {
        Ok(buffer) => buffer,
        // A directory, or what cannot be asked about: no stream.
        Err(raised) if raised.matches(&types::OS_ERROR) => return Ok(none()),
        Err(raised) => return Err(raised),
    };
    let raw = if unbuffered && writes {
        buffer
    } else {
        attribute(thread, buffer, &n::RAW)?
    };
    let label = Str::new(thread, name).value();
    let key = n::NAME.get(thread);
    protocol::set_attribute(thread, raw, key, label)?;
    let answer = call(thread, raw, &n::ISATTY, &[])?;
    let is_terminal = protocol::is_true(thread, answer)?;
    let line_buffering = fd == 2 || is_terminal && !unbuffered;
    let encoding = Str::new(thread, encoding).value();
    let errors = Str::new(thread, errors).value();
    // Ends of lines become "\n" on the way in, and nothing else on the way out.
    let newline = if writes {
        intern(thread, "\n").value()
    } else {
        none()
    };
    let arguments = [
        buffer,
        encoding,
        errors,
        newline,
        int::bool(line_buffering),
        int::bool(unbuffered && writes),
    ];
    let stream = protocol::call_positional(thread, class(&TEXT_IO), &arguments)?;
    let key = n::MODE.get(thread);
    let mode = intern(thread, mode).value();
    protocol::set_attribute(thread, stream, key, mode)?;
    Ok(stream)
}
