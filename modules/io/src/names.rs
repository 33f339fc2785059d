//! Names that the package looks up.

grwl_object::names! {
    CLOSED = "closed";
    IO_BASE_CLOSED = "__IOBase_closed";
    FINALIZING = "_finalizing";
    DEALLOC_WARN = "_dealloc_warn";
    CLOSE = "close";
    FLUSH = "flush";
    SEEK = "seek";
    TELL = "tell";
    TRUNCATE = "truncate";
    READ = "read";
    READ1 = "read1";
    READALL = "readall";
    READINTO = "readinto";
    READINTO1 = "readinto1";
    READLINE = "readline";
    PEEK = "peek";
    WRITE = "write";
    SEEKABLE = "seekable";
    READABLE = "readable";
    WRITABLE = "writable";
    FILENO = "fileno";
    ISATTY = "isatty";
    NAME = "name";
    MODE = "mode";
    RAW = "raw";
    DECODE = "decode";
    ENCODE = "encode";
    RESET = "reset";
    GETSTATE = "getstate";
    SETSTATE = "setstate";
    EXTEND = "extend";
    NEWLINES = "newlines";
    RELEASE = "release";
    CHECK_CLOSED = "_checkClosed";
    REPLACE = "replace";
    LOOKUP = "lookup";
    ENCODING = "encoding";
    ERRORS = "errors";
}
