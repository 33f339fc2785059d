//! Reading from a file object: exactly the bytes of one value.

use grwl_marshal::{Source, scan};
use grwl_object::bytes::Bytes;
use grwl_object::protocol::{self, convert};
use grwl_object::{Name, PyResult, Ref, Thread, Value, ValueExt, int};
use grwl_types_bytes::BYTEARRAY;

use crate::load::Failure;

static READ: Name = Name::new("read");
static READINTO: Name = Name::new("readinto");

/// A file object. The bytes that were read last lie in memory of Rust's own.
struct File<'t> {
    thread: &'t mut Thread,
    file: Value,
    last: Vec<u8>,
}

impl File<'_> {
    /// Fills `last`; false: there are fewer bytes.
    fn fill(&mut self, count: usize) -> PyResult<bool> {
        self.last.clear();
        if count == 0 {
            return Ok(true);
        }
        let thread = &mut *self.thread;
        let class = Ref::from_static(&BYTEARRAY).value();
        let length = int::from_usize(thread, count);
        let room = protocol::call_positional(thread, class, &[length])?;
        let name = READINTO.get(thread);
        let read = protocol::call_method(thread, self.file, name, &[room])?;
        let read = if read.is_none() {
            0
        } else {
            convert::as_isize(thread, read)?
        };
        match usize::try_from(read) {
            Ok(read) if read > count => Err(thread.value_error(format_args!(
                "read() returned too much data: {count} bytes requested, {read} returned"
            ))),
            Ok(read) if read == count => {
                self.last = grwl_object::buffer::bytes_of(thread, room)?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}

impl Source<Failure> for File<'_> {
    fn take(&mut self, count: usize) -> Result<Option<&[u8]>, Failure> {
        Ok(self.fill(count)?.then_some(&self.last[..]))
    }
}

/// Reads the bytes of one value.
pub(crate) fn read(thread: &mut Thread, file: Value, allow_code: bool) -> PyResult<Vec<u8>> {
    // As in CPython: a file that was opened as text is found out before anything of it is read.
    let name = READ.get(thread);
    let nothing = protocol::call_method(thread, file, name, &[Value::small(0)])?;
    if nothing.downcast::<Bytes>().is_none() {
        return Err(thread.type_error(format_args!(
            "file.read() returned not bytes but {}",
            nothing.class().name()
        )));
    }
    let mut source = File {
        thread,
        file,
        last: Vec::new(),
    };
    match scan(&mut source, allow_code) {
        Ok(bytes) => Ok(bytes),
        Err(Failure::Raised(raised)) => Err(raised),
        Err(Failure::Format(error)) => Err(crate::raise(source.thread, &error)),
    }
}
