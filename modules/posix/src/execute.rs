//! Other programs: `execv`, `execve`, `posix_spawn`, `system`.

use std::ffi::CString;

use grwl_object::list::List;
use grwl_object::{
    Args, Method, PyResult, Signature, Thread, Tuple, Value, ValueExt, intern, protocol, slots,
};

use crate::arguments::{c_int, exactly, flag};
use crate::call::{errno, last_error};
use crate::path::{self, NAME, NAME_OR_FILE, Path, or_none, system_name};
use crate::written;

/// Strings for the system, and the table of pointers to them, which a null ends.
#[derive(Debug)]
pub struct Strings {
    _owned: Vec<CString>,
    pointers: Vec<*mut libc::c_char>,
}

impl Strings {
    /// The table of these strings.
    #[must_use]
    pub fn new(owned: Vec<CString>) -> Self {
        let mut pointers: Vec<_> = owned.iter().map(|each| each.as_ptr().cast_mut()).collect();
        pointers.push(std::ptr::null_mut());
        Self {
            _owned: owned,
            pointers,
        }
    }

    /// The first pointer.
    #[must_use]
    pub fn as_ptr(&self) -> *const *mut libc::c_char {
        self.pointers.as_ptr()
    }
}

fn arguments(thread: &mut Thread, value: Value, function: &str) -> PyResult<Strings> {
    if value.downcast::<List>().is_none() && value.downcast::<Tuple>().is_none() {
        let what = if function == "execv" {
            "execv() arg 2"
        } else {
            &format!("{function}: argv")
        };
        return Err(thread.type_error(format_args!("{what} must be a tuple or list")));
    }
    let values = protocol::collect(thread, value)?;
    let what = if function == "execv" {
        "execv() arg 2".to_owned()
    } else {
        format!("{function}: argv")
    };
    if values.is_empty() {
        return Err(thread.value_error(format_args!("{what} must not be empty")));
    }
    let mut owned = Vec::with_capacity(values.len());
    for &each in values.iter() {
        owned.push(system_name(thread, each)?);
    }
    if owned[0].is_empty() {
        return Err(thread.value_error(format_args!("{what} first element cannot be empty")));
    }
    Ok(Strings::new(owned))
}

fn environment(thread: &mut Thread, value: Value, function: &str) -> PyResult<Strings> {
    if value.class().slot(slots::SUBSCRIPT).is_none() {
        return Err(thread.type_error(format_args!(
            "{function}: environment must be a mapping object"
        )));
    }
    let mut parts = [None, None];
    for (part, name) in parts.iter_mut().zip(["keys", "values"]) {
        let name = intern(thread, name);
        let made = protocol::call_method(thread, value, name, &[])?;
        *part = Some(protocol::collect(thread, made)?);
    }
    let [Some(keys), Some(values)] = parts else {
        unreachable!("both were made")
    };
    let mut owned = Vec::with_capacity(keys.len());
    for (&key, &value) in keys.iter().zip(values.iter()) {
        let key = system_name(thread, key)?.into_bytes();
        let value = system_name(thread, value)?.into_bytes();
        if key.get(1..).unwrap_or_default().contains(&b'=') || key.is_empty() || key[0] == b'=' {
            return Err(thread.value_error("illegal environment variable name"));
        }
        let mut entry = key;
        entry.push(b'=');
        entry.extend_from_slice(&value);
        match CString::new(entry) {
            Ok(entry) => owned.push(entry),
            Err(_) => return Err(thread.value_error("embedded null byte")),
        }
    }
    Ok(Strings::new(owned))
}

fn execv(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [name, argv] = exactly(thread, args, "execv")?;
    let name = path::path(thread, name, "execv", "path", NAME)?;
    let argv = arguments(thread, argv, "execv")?;
    written::settle_all(thread);
    // SAFETY: terminated strings in a terminated table.
    thread.safe(|| unsafe { libc::execv(name.pointer(), argv.as_ptr().cast()) });
    Err(last_error(thread))
}

fn execve(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> = Signature::new("execve", ["path", "argv", "env"]);
    let [name, argv, env] = args.parse(thread, &SIGNATURE)?;
    let name = path::path(thread, or_none(name), "execve", "path", NAME_OR_FILE)?;
    let argv = arguments(thread, or_none(argv), "execve")?;
    let env = environment(thread, or_none(env), "execve")?;
    written::settle_all(thread);
    // SAFETY: terminated strings in terminated tables.
    let errno = thread.safe(|| unsafe {
        match name.descriptor {
            Some(fd) => libc::fexecve(fd, argv.as_ptr().cast(), env.as_ptr().cast()),
            None => libc::execve(name.pointer(), argv.as_ptr().cast(), env.as_ptr().cast()),
        };
        errno()
    });
    Err(thread.os_error_at(errno, Some(name.object), None))
}

/// What a spawned process does with its files first.
struct Actions(libc::posix_spawn_file_actions_t);

impl Drop for Actions {
    fn drop(&mut self) {
        // SAFETY: initialised by `new`, destroyed once.
        unsafe { libc::posix_spawn_file_actions_destroy(&raw mut self.0) };
    }
}

unsafe extern "C" {
    fn posix_spawn_file_actions_addclosefrom_np(
        actions: *mut libc::posix_spawn_file_actions_t,
        from: i32,
    ) -> i32;
}

impl Actions {
    fn new() -> Self {
        let mut actions = std::mem::MaybeUninit::uninit();
        // SAFETY: a plain call that initialises the place.
        unsafe {
            libc::posix_spawn_file_actions_init(actions.as_mut_ptr());
            Self(actions.assume_init())
        }
    }

    fn add(&mut self, thread: &mut Thread, action: Value) -> PyResult<()> {
        let Some(action) = action
            .downcast::<Tuple>()
            .filter(|action| !action.is_empty())
        else {
            return Err(thread.type_error("Each file_actions element must be a non-empty tuple"));
        };
        let count = action.len();
        let place = &raw mut self.0;
        let wrong = |thread: &Thread, what: &str| {
            Err(thread.type_error(format_args!(
                "A {what} file_action tuple must have {count} elements"
            )))
        };
        let status = match (action.at(0).as_int(), count) {
            (Some(0), 5) => {
                let fd = c_int(thread, action.at(1))?;
                let name = system_name(thread, action.at(2))?;
                let flags = c_int(thread, action.at(3))?;
                let mode = c_int(thread, action.at(4))? as libc::mode_t;
                // SAFETY: a plain call; the library copies the name.
                unsafe {
                    libc::posix_spawn_file_actions_addopen(place, fd, name.as_ptr(), flags, mode)
                }
            }
            (Some(0), _) => return wrong(thread, "open"),
            (Some(1), 2) => {
                let fd = c_int(thread, action.at(1))?;
                // SAFETY: a plain call.
                unsafe { libc::posix_spawn_file_actions_addclose(place, fd) }
            }
            (Some(1), _) => return wrong(thread, "close"),
            (Some(2), 3) => {
                let (from, to) = (c_int(thread, action.at(1))?, c_int(thread, action.at(2))?);
                // SAFETY: a plain call.
                unsafe { libc::posix_spawn_file_actions_adddup2(place, from, to) }
            }
            (Some(2), _) => return wrong(thread, "dup2"),
            (Some(3), 2) => {
                let fd = c_int(thread, action.at(1))?;
                // SAFETY: a plain call.
                unsafe { posix_spawn_file_actions_addclosefrom_np(place, fd) }
            }
            (Some(3), _) => return wrong(thread, "closefrom"),
            _ => return Err(thread.type_error("Unknown file_actions identifier")),
        };
        if status != 0 {
            return Err(thread.os_error(status));
        }
        Ok(())
    }
}

struct Attributes(libc::posix_spawnattr_t);

impl Drop for Attributes {
    fn drop(&mut self) {
        // SAFETY: initialised by `spawn`, destroyed once.
        unsafe { libc::posix_spawnattr_destroy(&raw mut self.0) };
    }
}

fn signal_set(thread: &mut Thread, signals: Value) -> PyResult<libc::sigset_t> {
    let signals = protocol::collect(thread, signals)?;
    let mut set = std::mem::MaybeUninit::uninit();
    // SAFETY: a plain call that initialises the place.
    let mut set: libc::sigset_t = unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        set.assume_init()
    };
    for &signal in signals.iter() {
        let signal = c_int(thread, signal)?;
        // SAFETY: a plain call.
        if signal <= 0 || unsafe { libc::sigaddset(&raw mut set, signal) } != 0 {
            return Err(
                thread.value_error(format_args!("signal number {signal} out of range [1; 64]"))
            );
        }
    }
    Ok(set)
}

const SPAWN: [&str; 10] = [
    "path",
    "argv",
    "env",
    "file_actions",
    "setpgroup",
    "resetids",
    "setsid",
    "setsigmask",
    "setsigdef",
    "scheduler",
];

fn spawn(
    thread: &mut Thread,
    args: Args<'_>,
    signature: &'static Signature<10>,
    searches: bool,
) -> PyResult {
    let slots = args.parse(thread, signature)?;
    written::settle_all(thread);
    let [
        name,
        argv,
        env,
        actions,
        pgroup,
        reset,
        setsid,
        mask,
        default,
        scheduler,
    ] = slots;
    let function = signature.function;
    let name: Path = path::path(thread, or_none(name), function, "path", NAME)?;
    let argv = arguments(thread, or_none(argv), function)?;
    let inherits = or_none(env).is_none();
    let env = if inherits {
        None
    } else {
        Some(environment(thread, or_none(env), function)?)
    };
    let mut attributes = std::mem::MaybeUninit::uninit();
    // SAFETY: a plain call that initialises the place.
    let mut attributes = Attributes(unsafe {
        libc::posix_spawnattr_init(attributes.as_mut_ptr());
        attributes.assume_init()
    });
    let place = &raw mut attributes.0;
    let mut flags = 0;
    if let Some(group) = pgroup.and_then(ValueExt::not_none) {
        let group = c_int(thread, group)?;
        // SAFETY: a plain call.
        unsafe { libc::posix_spawnattr_setpgroup(place, group) };
        flags |= libc::POSIX_SPAWN_SETPGROUP;
    }
    if flag(thread, reset, false)? {
        flags |= libc::POSIX_SPAWN_RESETIDS;
    }
    if flag(thread, setsid, false)? {
        // POSIX_SPAWN_SETSID
        flags |= 0x80;
    }
    if let Some(mask) = mask {
        let set = signal_set(thread, mask)?;
        // SAFETY: a plain call.
        unsafe { libc::posix_spawnattr_setsigmask(place, &raw const set) };
        flags |= libc::POSIX_SPAWN_SETSIGMASK;
    }
    if let Some(default) = default {
        let set = signal_set(thread, default)?;
        // SAFETY: a plain call.
        unsafe { libc::posix_spawnattr_setsigdefault(place, &raw const set) };
        flags |= libc::POSIX_SPAWN_SETSIGDEF;
    }
    if let Some(scheduler) = scheduler.and_then(ValueExt::not_none) {
        let Some(pair) = scheduler.downcast::<Tuple>() else {
            return Err(thread.type_error("scheduler must be a tuple or None"));
        };
        if pair.len() != 2 {
            return Err(thread.type_error("A scheduler tuple must have two elements"));
        }
        let parameter = crate::system::parameter(thread, pair.at(1))?;
        if !pair.at(0).is_none() {
            let policy = c_int(thread, pair.at(0))?;
            // SAFETY: a plain call.
            unsafe { libc::posix_spawnattr_setschedpolicy(place, policy) };
            flags |= libc::POSIX_SPAWN_SETSCHEDULER;
        }
        // SAFETY: a plain call.
        unsafe { libc::posix_spawnattr_setschedparam(place, &raw const parameter) };
        flags |= libc::POSIX_SPAWN_SETSCHEDPARAM;
    }
    // SAFETY: a plain call.
    unsafe { libc::posix_spawnattr_setflags(place, flags as libc::c_short) };
    let mut file_actions = Actions::new();
    if let Some(actions) = actions.and_then(ValueExt::not_none) {
        if !protocol::iterate::is_sequence(actions) {
            return Err(thread.type_error("file_actions must be a sequence or None"));
        }
        let actions = protocol::collect(thread, actions)?;
        for &action in actions.iter() {
            file_actions.add(thread, action)?;
        }
    }
    let mut pid = 0;
    unsafe extern "C" {
        static environ: *const *mut libc::c_char;
    }
    // SAFETY: terminated strings in terminated tables; `environ` is the C library's own.
    let status = thread.safe(|| unsafe {
        let env = env.as_ref().map_or(environ, Strings::as_ptr);
        let (actions, attributes) = (&raw const file_actions.0, &raw const attributes.0);
        if searches {
            libc::posix_spawnp(
                &raw mut pid,
                name.pointer(),
                actions,
                attributes,
                argv.as_ptr(),
                env,
            )
        } else {
            libc::posix_spawn(
                &raw mut pid,
                name.pointer(),
                actions,
                attributes,
                argv.as_ptr(),
                env,
            )
        }
    });
    if status != 0 {
        return Err(thread.os_error_at(status, Some(name.object), None));
    }
    Ok(Value::small(pid.into()))
}

fn posix_spawn(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<10> = Signature::new("posix_spawn", SPAWN)
        .positional_only(3)
        .keyword_only_after(3, 0);
    spawn(thread, args, &SIGNATURE, false)
}

fn posix_spawnp(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<10> = Signature::new("posix_spawnp", SPAWN)
        .positional_only(3)
        .keyword_only_after(3, 0);
    spawn(thread, args, &SIGNATURE, true)
}

fn system(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("system", ["command"]);
    let [command] = args.parse(thread, &SIGNATURE)?;
    let command = system_name(thread, or_none(command))?;
    written::settle_all(thread);
    // SAFETY: a terminated string.
    let status = thread.safe(|| unsafe { libc::system(command.as_ptr()) });
    Ok(Value::small(status.into()))
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "execv",
        execv,
        "execv($module, path, argv, /)\n--\n\nBecome another program.",
    ),
    Method::any(
        "execve",
        execve,
        "execve($module, /, path, argv, env)\n--\n\nBecome another program, with an environment.",
    ),
    Method::any(
        "posix_spawn",
        posix_spawn,
        "posix_spawn($module, path, argv, env, /, *, file_actions=(),\n            setpgroup=None, resetids=False, setsid=False,\n            setsigmask=(), setsigdef=(), scheduler=None)\n--\n\nRun a program in a new process.",
    ),
    Method::any(
        "posix_spawnp",
        posix_spawnp,
        "posix_spawnp($module, path, argv, env, /, *, file_actions=(),\n             setpgroup=None, resetids=False, setsid=False,\n             setsigmask=(), setsigdef=(), scheduler=None)\n--\n\nRun a program, looked for in PATH, in a new process.",
    ),
    Method::any(
        "system",
        system,
        "system($module, /, command)\n--\n\nHave a shell run a command.",
    ),
];
