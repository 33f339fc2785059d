//! `grp`

use grwl_module_posix::arguments::{group as group_id, identity_value};
use grwl_object::list::List;
use grwl_object::module::Module;
use grwl_object::struct_sequence::{self, Description, declaration};
use grwl_object::{
    Args, Buffer, Method, PyResult, Ref, Signature, Str, Thread, TypeObject, Value, intern, none,
    protocol,
};

use crate::{WALK, missing, shown, text, wanted, with_room};

/// `grp.struct_group`
pub static GROUP: TypeObject = TypeObject::declare(&declaration("grp.struct_group"));

static DESCRIPTION: Description = Description {
    fields: &["gr_name", "gr_passwd", "gr_gid", "gr_mem"],
    visible: 4,
    doc: "grp.struct_group: Results from getgr*() routines.\n\nThis object may be accessed either as a tuple of\n  (gr_name,gr_passwd,gr_gid,gr_mem)\nor via the object attributes as named in the above tuple.\n",
};

const DOC: &str = "Access to the Unix group database.\n\nGroup entries are reported as 4-tuples containing the following fields\nfrom the group database, in order:\n\n  gr_name   - name of the group\n  gr_passwd - group password (encrypted); often empty\n  gr_gid    - numeric ID of the group\n  gr_mem    - list of members\n\nThe gid is an integer, name and password are strings.  (Note that most\nusers are not explicitly listed as members of the groups they are in\naccording to the password database.  Check both databases to get\ncomplete membership information.)";

static FUNCTIONS: &[Method] = &[
    Method::any(
        "getgrgid",
        by_id,
        "getgrgid($module, /, id)\n--\n\nThe group with a number.",
    ),
    Method::any(
        "getgrnam",
        by_name,
        "getgrnam($module, /, name)\n--\n\nThe group with a name.",
    ),
    Method::no_arguments(
        "getgrall",
        all,
        "getgrall($module, /)\n--\n\nA list of all groups.",
    ),
];

/// Makes the module `grp`.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    struct_sequence::prepare(thread, &GROUP, &DESCRIPTION)?;
    let name = intern(thread, "grp");
    let doc = Str::new(thread, DOC).value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    let class = Ref::from_static(&GROUP).value();
    module.add(thread, "struct_group", class)?;
    Ok(module)
}

/// A group, in memory of our own.
struct Group {
    name: Option<Vec<u8>>,
    password: Option<Vec<u8>>,
    id: u32,
    members: Vec<Vec<u8>>,
}

impl Group {
    /// # Safety
    /// The system filled it.
    unsafe fn copy(entry: &libc::group) -> Self {
        let mut members = Vec::new();
        let mut next = entry.gr_mem;
        // SAFETY: the caller's promise: terminated texts, a table that null ends.
        unsafe {
            while !next.is_null()
                && let Some(member) = text(next.read_unaligned())
            {
                members.push(member);
                next = next.add(1);
            }
            Self {
                name: text(entry.gr_name),
                password: text(entry.gr_passwd),
                id: entry.gr_gid,
                members,
            }
        }
    }

    fn value(&self, thread: &mut Thread) -> PyResult {
        let mut members = Buffer::new();
        for member in &self.members {
            let member = shown(thread, Some(member))?;
            members.push(thread, member)?;
        }
        let members = List::from_buffer(thread, members).value();
        let name = shown(thread, self.name.as_deref())?;
        let password = shown(thread, self.password.as_deref())?;
        let values = [name, password, identity_value(self.id), members];
        struct_sequence::make(thread, &GROUP, &values)
    }
}

type Ask<'a> = dyn FnMut(*mut libc::group, &mut [u8], *mut *mut libc::group) -> libc::c_int + 'a;

fn ask(thread: &mut Thread, ask: &mut Ask<'_>) -> Result<Option<Group>, i32> {
    thread.safe(|| {
        with_room(|room| {
            // SAFETY: null pointers and numbers.
            let mut entry: libc::group = unsafe { std::mem::zeroed() };
            let mut found = std::ptr::null_mut();
            match ask(&raw mut entry, room, &raw mut found) {
                0 if found.is_null() => Ok(None),
                // SAFETY: the system filled it.
                0 => Ok(Some(unsafe { Group::copy(&entry) })),
                errno => Err(errno),
            }
        })
    })
}

fn by_id(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("getgrgid", ["id"]);
    let [id] = args.parse(thread, &SIGNATURE)?;
    let value = id.unwrap_or_else(none);
    let id = group_id(thread, value)?;
    let found = ask(thread, &mut |entry, room, found| {
        // SAFETY: places of their lengths.
        unsafe { libc::getgrgid_r(id, entry, room.as_mut_ptr().cast(), room.len(), found) }
    });
    match found {
        Ok(Some(group)) => group.value(thread),
        Ok(None) => {
            let shown = protocol::str(thread, value)?;
            Err(missing(
                thread,
                &format!("getgrgid(): gid not found: {shown}"),
            ))
        }
        Err(errno) => Err(thread.os_error(errno)),
    }
}

fn by_name(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("getgrnam", ["name"]);
    let [name] = args.parse(thread, &SIGNATURE)?;
    let value = name.unwrap_or_else(none);
    let name = wanted(thread, value, "getgrnam() argument 'name'")?;
    let found = ask(thread, &mut |entry, room, found| {
        let (place, length) = (room.as_mut_ptr().cast(), room.len());
        // SAFETY: a terminated name, places of their lengths.
        unsafe { libc::getgrnam_r(name.as_ptr(), entry, place, length, found) }
    });
    match found {
        Ok(Some(group)) => group.value(thread),
        Ok(None) => {
            let shown = protocol::repr(thread, value)?;
            Err(missing(
                thread,
                &format!("getgrnam(): name not found: {shown}"),
            ))
        }
        Err(errno) => Err(thread.os_error(errno)),
    }
}

fn all(thread: &mut Thread, _module: Value) -> PyResult {
    let groups = thread.safe(|| {
        let _alone = WALK.lock();
        let mut groups = Vec::new();
        // SAFETY: nobody else walks; each entry is copied before the next is asked for.
        unsafe {
            libc::setgrent();
            while let Some(entry) = libc::getgrent().as_ref() {
                groups.push(Group::copy(entry));
            }
            libc::endgrent();
        }
        groups
    });
    let mut values = Buffer::new();
    for group in &groups {
        let group = group.value(thread)?;
        values.push(thread, group)?;
    }
    Ok(List::from_buffer(thread, values).value())
}
