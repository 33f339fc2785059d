"""What sysconfig knows of the build. CPython generates this file from its Makefile; grwl has none, so what depends on the place of the
program is read from sys, and only what is true for grwl is listed: there are no C headers, no library to link with, no extension modules.
"""

import sys

_version = f'{sys.version_info.major}.{sys.version_info.minor}'
_tag = f'{sys.implementation.cache_tag}-{sys.implementation._multiarch}'
_prefix = sys.base_prefix
_exec_prefix = sys.base_exec_prefix
_library = f'{_prefix}/lib/python{_version}{sys.abiflags}'

build_time_vars = {
    # Threads run in parallel, unless the program is started with a global lock.
    'Py_GIL_DISABLED': 1,
    'ABIFLAGS': sys.abiflags,
    'ABI_THREAD': sys.abiflags,
    'Py_DEBUG': 0,
    # os.strerror() may be called by many threads.
    '_Py_HAVE_STRERROR_R': 1,
    'Py_TRACE_REFS': 0,
    'Py_STATS': 0,
    'Py_REMOTE_DEBUG': 0,
    'PY_COERCE_C_LOCALE': 1,
    'PY_ENABLE_SHARED': 0,
    'Py_ENABLE_SHARED': 0,
    'PY_HAVE_PERF_TRAMPOLINE': 0,
    'PYTHONFRAMEWORK': '',
    'PYTHONFRAMEWORKDIR': 'no-framework',
    'PYTHONFRAMEWORKPREFIX': '',
    'WITH_DECIMAL_CONTEXTVAR': 1,
    'WITH_DOC_STRINGS': 1,
    'WITH_DTRACE': 0,
    'WITH_MIMALLOC': 0,
    'WITH_PYMALLOC': 0,
    'WITH_VALGRIND': 0,
    'TEST_MODULES': 'no',
    'ENSUREPIP': 'no',
    'CONFIG_ARGS': '',
    'HOSTRUNNER': '',

    'VERSION': _version,
    'LDVERSION': _version + sys.abiflags,
    'SOABI': _tag,
    'EXT_SUFFIX': f'.{_tag}.so',
    'SHLIB_SUFFIX': '.so',
    'EXE': '',
    'MACHDEP': sys.platform,
    'MULTIARCH': sys.implementation._multiarch,
    'PLATLIBDIR': sys.platlibdir,

    'prefix': _prefix,
    'exec_prefix': _exec_prefix,
    'host_prefix': _prefix,
    'host_exec_prefix': _exec_prefix,
    'BINDIR': f'{_exec_prefix}/bin',
    'LIBDIR': f'{_exec_prefix}/lib',
    'LIBDEST': _library,
    'BINLIBDEST': _library,
    'DESTLIB': _library,
    'SCRIPTDIR': f'{_prefix}/lib',
    'TZPATH': '/usr/share/zoneinfo:/usr/lib/zoneinfo:/usr/share/lib/zoneinfo:/etc/zoneinfo',

    # The platform's C types.
    'SIZEOF_DOUBLE': 8,
    'SIZEOF_FLOAT': 4,
    'SIZEOF_FPOS_T': 16,
    'SIZEOF_INT': 4,
    'SIZEOF_LONG': 8,
    'SIZEOF_LONG_DOUBLE': 16,
    'SIZEOF_LONG_LONG': 8,
    'SIZEOF_OFF_T': 8,
    'SIZEOF_PID_T': 4,
    'SIZEOF_PTHREAD_T': 8,
    'SIZEOF_SHORT': 2,
    'SIZEOF_SIZE_T': 8,
    'SIZEOF_TIME_T': 8,
    'SIZEOF_UINTPTR_T': 8,
    'SIZEOF_VOID_P': 8,
    'SIZEOF_WCHAR_T': 4,
    'SIZEOF__BOOL': 1,

    'HAVE_FORK': 1,
    'HAVE_GETRANDOM': 1,
    'HAVE_GETRANDOM_SYSCALL': 1,
    'HAVE_PERF_TRAMPOLINE': 0,
    'HAVE_VFORK': 1,
}
