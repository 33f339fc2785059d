//! `pwd`

use grwl_module_posix::arguments::{identity_value, user as user_id};
use grwl_object::list::List;
use grwl_object::module::Module;
use grwl_object::struct_sequence::{self, Description, declaration};
use grwl_object::{
    Buffer, Method, PyResult, Ref, Str, Thread, TypeObject, Value, intern, protocol, types,
};

use crate::{WALK, missing, shown, text, wanted, with_room};

/// `pwd.struct_passwd`
pub static USER: TypeObject = TypeObject::declare(&declaration("pwd.struct_passwd"));

static DESCRIPTION: Description = Description {
    fields: &[
        "pw_name",
        "pw_passwd",
        "pw_uid",
        "pw_gid",
        "pw_gecos",
        "pw_dir",
        "pw_shell",
    ],
    visible: 7,
    doc: "pwd.struct_passwd: Results from getpw*() routines.\n\nThis object may be accessed either as a tuple of\n  (pw_name,pw_passwd,pw_uid,pw_gid,pw_gecos,pw_dir,pw_shell)\nor via the object attributes as named in the above tuple.",
};

const DOC: &str = "This module provides access to the Unix password database.\nIt is available on all Unix versions.\n\nPassword database entries are reported as 7-tuples containing the following\nitems from the password database (see `<pwd.h>'), in order:\npw_name, pw_passwd, pw_uid, pw_gid, pw_gecos, pw_dir, pw_shell.\nThe uid and gid items are integers, all others are strings. An\nexception is raised if the entry asked for cannot be found.";

static FUNCTIONS: &[Method] = &[
    Method::one(
        "getpwuid",
        by_id,
        "getpwuid($module, uidobj, /)\n--\n\nThe user with a number.",
    ),
    Method::one(
        "getpwnam",
        by_name,
        "getpwnam($module, name, /)\n--\n\nThe user with a name.",
    ),
    Method::no_arguments(
        "getpwall",
        all,
        "getpwall($module, /)\n--\n\nA list of all users.",
    ),
];

/// Makes the module `pwd`.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    struct_sequence::prepare(thread, &USER, &DESCRIPTION)?;
    let name = intern(thread, "pwd");
    let doc = Str::new(thread, DOC).value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    let class = Ref::from_static(&USER).value();
    module.add(thread, "struct_passwd", class)?;
    Ok(module)
}

/// A user, in memory of our own.
struct User {
    texts: [Option<Vec<u8>>; 5],
    id: u32,
    group: u32,
}

impl User {
    /// # Safety
    /// The system filled it.
    unsafe fn copy(entry: &libc::passwd) -> Self {
        let texts = [
            entry.pw_name,
            entry.pw_passwd,
            entry.pw_gecos,
            entry.pw_dir,
            entry.pw_shell,
        ];
        Self {
            // SAFETY: the caller's promise.
            texts: texts.map(|each| unsafe { text(each) }),
            id: entry.pw_uid,
            group: entry.pw_gid,
        }
    }

    fn value(&self, thread: &mut Thread) -> PyResult {
        let mut values = [identity_value(self.id); 7];
        values[3] = identity_value(self.group);
        for (place, text) in [0, 1, 4, 5, 6].into_iter().zip(&self.texts) {
            values[place] = shown(thread, text.as_deref())?;
        }
        struct_sequence::make(thread, &USER, &values)
    }
}

type Ask<'a> = dyn FnMut(*mut libc::passwd, &mut [u8], *mut *mut libc::passwd) -> libc::c_int + 'a;

fn ask(thread: &mut Thread, ask: &mut Ask<'_>) -> Result<Option<User>, i32> {
    thread.safe(|| {
        with_room(|room| {
            // SAFETY: null pointers and numbers.
            let mut entry: libc::passwd = unsafe { std::mem::zeroed() };
            let mut found = std::ptr::null_mut();
            match ask(&raw mut entry, room, &raw mut found) {
                0 if found.is_null() => Ok(None),
                // SAFETY: the system filled it.
                0 => Ok(Some(unsafe { User::copy(&entry) })),
                errno => Err(errno),
            }
        })
    })
}

fn by_id(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    let id = match user_id(thread, value) {
        Ok(id) => id,
        Err(raised) if raised.matches(&types::OVERFLOW_ERROR) => {
            return Err(missing(thread, "getpwuid(): uid not found"));
        }
        Err(raised) => return Err(raised),
    };
    let found = ask(thread, &mut |entry, room, found| {
        // SAFETY: places of their lengths.
        unsafe { libc::getpwuid_r(id, entry, room.as_mut_ptr().cast(), room.len(), found) }
    });
    match found {
        Ok(Some(user)) => user.value(thread),
        Ok(None) => {
            let shown = protocol::str(thread, identity_value(id))?;
            Err(missing(
                thread,
                &format!("getpwuid(): uid not found: {shown}"),
            ))
        }
        Err(errno) => Err(thread.os_error(errno)),
    }
}

fn by_name(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    let name = wanted(thread, value, "getpwnam() argument")?;
    let found = ask(thread, &mut |entry, room, found| {
        let (place, length) = (room.as_mut_ptr().cast(), room.len());
        // SAFETY: a terminated name, places of their lengths.
        unsafe { libc::getpwnam_r(name.as_ptr(), entry, place, length, found) }
    });
    match found {
        Ok(Some(user)) => user.value(thread),
        Ok(None) => {
            let shown = protocol::repr(thread, value)?;
            Err(missing(
                thread,
                &format!("getpwnam(): name not found: {shown}"),
            ))
        }
        Err(errno) => Err(thread.os_error(errno)),
    }
}

fn all(thread: &mut Thread, _module: Value) -> PyResult {
    let users = thread.safe(|| {
        let _alone = WALK.lock();
        let mut users = Vec::new();
        // SAFETY: nobody else walks; each entry is copied before the next is asked for.
        unsafe {
            libc::setpwent();
            while let Some(entry) = libc::getpwent().as_ref() {
                users.push(User::copy(entry));
            }
            libc::endpwent();
        }
        users
    });
    let mut values = Buffer::new();
    for user in &users {
        let user = user.value(thread)?;
        values.push(thread, user)?;
    }
    Ok(List::from_buffer(thread, values).value())
}
