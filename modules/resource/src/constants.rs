//! The numbers that the module has names for, as Linux has them.

pub(crate) static CONSTANTS: &[(&str, i64)] = &[
    ("RLIMIT_AS", 9),
    ("RLIMIT_CORE", 4),
    ("RLIMIT_CPU", 0),
    ("RLIMIT_DATA", 2),
    ("RLIMIT_FSIZE", 1),
    ("RLIMIT_MEMLOCK", 8),
    ("RLIMIT_MSGQUEUE", 12),
    ("RLIMIT_NICE", 13),
    ("RLIMIT_NOFILE", 7),
    ("RLIMIT_NPROC", 6),
    ("RLIMIT_OFILE", 7),
    ("RLIMIT_RSS", 5),
    ("RLIMIT_RTPRIO", 14),
    ("RLIMIT_RTTIME", 15),
    ("RLIMIT_SIGPENDING", 11),
    ("RLIMIT_STACK", 3),
    ("RLIM_INFINITY", -1),
    ("RUSAGE_CHILDREN", -1),
    ("RUSAGE_SELF", 0),
    ("RUSAGE_THREAD", 1),
];
