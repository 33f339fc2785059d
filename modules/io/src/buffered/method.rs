//! Which of the three types has which methods.
//!
//! Each method is described once; the order in a type is CPython's.

use grwl_object::{Method, TypeSpec, slots};

use super::attribute::{GETSET, repr, size_of_object};
use super::place::{seek, tell, truncate};
use super::read::{next, peek, read, read1, readinto, readinto1, readline};
use super::write::{flush, write};
use super::{
    close, dealloc_warn, detach, fileno, init_random, init_reader, init_writer, isatty, new,
    readable, seekable, writable,
};
use crate::object::cannot_pickle;

const DETACH: Method = Method::any(
    "detach",
    detach,
    "detach($self, /)\n--\n\nSeparate the raw file from its buffer, and return it.",
);

const FLUSH: Method = Method::no_arguments(
    "flush",
    flush,
    "flush($self, /)\n--\n\nWrite what is still in the buffer.",
);

const CLOSE: Method = Method::no_arguments(
    "close",
    close,
    "close($self, /)\n--\n\nFlush and close the file.",
);

pub(super) const SEEKABLE: Method = Method::no_arguments(
    "seekable",
    seekable,
    "seekable($self, /)\n--\n\nCan one move in the file?",
);

pub(super) const READABLE: Method = Method::no_arguments(
    "readable",
    readable,
    "readable($self, /)\n--\n\nCan the file be read?",
);

pub(super) const WRITABLE: Method = Method::no_arguments(
    "writable",
    writable,
    "writable($self, /)\n--\n\nCan the file be written?",
);

pub(super) const FILENO: Method = Method::no_arguments(
    "fileno",
    fileno,
    "fileno($self, /)\n--\n\nThe number of the open file.",
);

pub(super) const ISATTY: Method = Method::no_arguments(
    "isatty",
    isatty,
    "isatty($self, /)\n--\n\nIs it a terminal?",
);

const DEALLOC_WARN: Method = Method::one(
    "_dealloc_warn",
    dealloc_warn,
    "_dealloc_warn($self, source, /)\n--\n\n",
);

const READ: Method = Method::any(
    "read",
    read,
    "read($self, size=-1, /)\n--\n\nRead so many bytes, less only at the end.",
);

const PEEK: Method = Method::any(
    "peek",
    peek,
    "peek($self, size=0, /)\n--\n\nWhat comes next, without moving; at most one read of the raw file.",
);

const READ1: Method = Method::any(
    "read1",
    read1,
    "read1($self, size=-1, /)\n--\n\nRead at most so many bytes, with at most one read of the raw file.",
);

const READINTO: Method = Method::one(
    "readinto",
    readinto,
    "readinto($self, buffer, /)\n--\n\nRead into a buffer.",
);

const READINTO1: Method = Method::one(
    "readinto1",
    readinto1,
    "readinto1($self, buffer, /)\n--\n\nRead into a buffer, with at most one read of the raw file.",
);

const READLINE: Method = Method::any(
    "readline",
    readline,
    "readline($self, size=-1, /)\n--\n\nRead a line, at most so many bytes of it.",
);

const WRITE: Method = Method::one(
    "write",
    write,
    "write($self, buffer, /)\n--\n\nWrite bytes; how many, which is all of them.",
);

const SEEK: Method = Method::any(
    "seek",
    seek,
    "seek($self, target, whence=0, /)\n--\n\nMove in the file; the new place.",
);

const TELL: Method =
    Method::no_arguments("tell", tell, "tell($self, /)\n--\n\nThe place in the file.");

const TRUNCATE: Method = Method::any(
    "truncate",
    truncate,
    "truncate($self, pos=None, /)\n--\n\nCut the file to a size; where it is now, by default.",
);

const SIZE_OF: Method =
    Method::no_arguments("__sizeof__", size_of_object, "__sizeof__($self, /)\n--\n\n");

const GETSTATE: Method = Method::no_arguments(
    "__getstate__",
    cannot_pickle,
    "__getstate__($self, /)\n--\n\n",
);

pub(super) static READER_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "BufferedReader(raw, buffer_size=DEFAULT_BUFFER_SIZE)\n--\n\nA buffer to read a raw file through.",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(init_reader),
        slots::REPR.is(repr),
        slots::NEXT.is(next),
    ],
    methods: &[
        DETACH,
        FLUSH,
        CLOSE,
        SEEKABLE,
        READABLE,
        FILENO,
        ISATTY,
        DEALLOC_WARN,
        READ,
        PEEK,
        READ1,
        READINTO,
        READINTO1,
        READLINE,
        SEEK,
        TELL,
        TRUNCATE,
        SIZE_OF,
        GETSTATE,
    ],
    getset: GETSET,
    constants: &[],
};

pub(super) static WRITER_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "BufferedWriter(raw, buffer_size=DEFAULT_BUFFER_SIZE)\n--\n\nA buffer to write a raw file through.",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(init_writer),
        slots::REPR.is(repr),
    ],
    methods: &[
        CLOSE,
        DETACH,
        SEEKABLE,
        WRITABLE,
        FILENO,
        ISATTY,
        DEALLOC_WARN,
        WRITE,
        TRUNCATE,
        FLUSH,
        SEEK,
        TELL,
        SIZE_OF,
        GETSTATE,
    ],
    getset: GETSET,
    constants: &[],
};

pub(super) static RANDOM_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "BufferedRandom(raw, buffer_size=DEFAULT_BUFFER_SIZE)\n--\n\nA buffer to read and write a raw file through.",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(init_random),
        slots::REPR.is(repr),
        slots::NEXT.is(next),
    ],
    methods: &[
        CLOSE,
        DETACH,
        SEEKABLE,
        READABLE,
        WRITABLE,
        FILENO,
        ISATTY,
        DEALLOC_WARN,
        FLUSH,
        SEEK,
        TELL,
        TRUNCATE,
        READ,
        READ1,
        READINTO,
        READINTO1,
        READLINE,
        PEEK,
        WRITE,
        SIZE_OF,
        GETSTATE,
    ],
    getset: GETSET,
    constants: &[],
};
