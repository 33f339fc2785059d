"""Asks CPython 3.14 what it makes of command lines, for tests/cpython.txt.

    cd FOLDER && python3.14 .../cli/tests/record.py > cpython.txt

runs the interpreter that runs this file, once a case, in an empty folder of its own. Where a start succeeds, the program is a probe that prints
what the interpreter decided; where it does not, status and output count. Of the probe's lines, the first such case (no options) has all, the
others those that differ from it. The format is described in tests/cpython.rs.
"""

import os
import subprocess
import sys
import tempfile

PROBE = r'''
import sys, _testinternalcapi
def esc(s):
    if s is None: return "none"
    if isinstance(s, str):
        b = os.fsencode(s)
        return '"' + "".join(chr(c) if 32 <= c < 127 and c not in (34, 92) else "\\x%02x" % c for c in b) + '"'
    if isinstance(s, (list, tuple)): return "[" + ", ".join(map(esc, s)) + "]"
    return str(int(s))
import os
configs = _testinternalcapi.get_configs()
config, pre = configs["config"], configs["pre_config"]
for name in FLAGS:
    print("flag", name, repr(getattr(sys.flags, name)))
for name in CONFIG:
    print("config", name, esc(config[name]))
for name in ("utf8_mode", "coerce_c_locale_warn"):
    print("pre", name, esc(pre[name]))
print("xoptions", esc([part for item in sys._xoptions.items() for part in (item[0], None if item[1] is True else item[1])]))
print("filesystem", esc(sys.getfilesystemencoding()))
print("cpu_count", esc(config["cpu_count"] if config["cpu_count"] > 0 else None))
'''
FLAGS = """debug inspect interactive optimize dont_write_bytecode no_user_site no_site ignore_environment verbose
bytes_warning quiet hash_randomization isolated dev_mode utf8_mode warn_default_encoding safe_path int_max_str_digits""".split()
CONFIG = """argv warnoptions bytes_warning buffered_stdio check_hash_pycs_mode code_debug_ranges
faulthandler hash_seed use_hash_seed home import_time malloc_stats perf_profiling platlibdir pycache_prefix pythonpath_env
remote_debug run_filename run_module show_ref_count skip_source_first_line stdio_encoding stdio_errors tracemalloc
use_frozen_modules""".split()
# Where CPython's default is that of its build, the case must set the thing for it to be compared.
ONLY_IF_SET = {
    "gil": ("gil=", "PYTHON_GIL"),
    "thread_inherit_context": ("thread_inherit_context", "PYTHON_THREAD_INHERIT_CONTEXT"),
    "context_aware_warnings": ("context_aware_warnings", "PYTHON_CONTEXT_AWARE_WARNINGS"),
}

RUN = ["-c", "exec(open('probe').read())"]
STDIN = "exec(open('probe').read())\n"

def cases():
    """(arguments, variables, is it expected to start?)"""
    def fails(*arguments, **variables):
        return list(arguments), variables
    def starts(*arguments, **variables):
        return [*arguments, *RUN], variables
    plain = fails

    yield starts()
    # Errors of the command line, and what is answered without an interpreter.
    for one in ("-Z", "--xyz", "-c", "-W", "-X", "-m", "-J", "-l", "-n", "-3", "-\u00e9", "-\u0141", "-\udcff", "--\udcff", "--\u00e9",
                "--check-hash-based-pycs", "---", "--help=1", "--check-hash-based-pycs=always", "-bZ", "-:", "--xEz",
                "-b-foo", "-b-help", "-V", "-VV", "--version", "-Vc", "--versio", "-bV"):
        yield plain(one)
    yield plain("--check-hash-based-pycs", "x")
    yield plain("--check-hash-based-pycs", "")
    yield plain("-V", "-Z")
    yield plain("-V", "-c", "1")
    yield plain("-V", "nofile.py")
    yield plain("-Z", "-V")
    yield plain("-Z", "-h")
    yield plain("--X", "utf8=3")
    yield plain("-Z", "-X", "utf8=3")
    yield plain("-X", "utf8=3", "-h")
    yield plain("-X", "gil=2", "-V")
    yield plain("-X", "gil=x", "--check-hash-based-pycs", "x")
    # Fatal settings: alone, and two at a time for the order.
    bad = ["gil=x", "importtime=3", "tracemalloc=x", "int_max_str_digits=3", "cpu_count=0", "thread_inherit_context=2",
           "context_aware_warnings=x", "frozen_modules=x", "utf8=2"]
    for first in bad:
        yield fails("-X", first, *RUN)
    for index, first in enumerate(bad):
        for second in bad[:index]:
            yield fails("-X", first, "-X", second, *RUN)
    for one in ("gil", "gil=", "gil=00", "int_max_str_digits", "int_max_str_digits=7 ", "int_max_str_digits=-700", "cpu_count", "cpu_count=-1",
                "cpu_count=x", "thread_inherit_context", "context_aware_warnings", "tracemalloc=-1", "tracemalloc=99999999999",
                "importtime=-1", "utf8="):
        yield fails("-X", one, *RUN)
    variables = {"PYTHON_GIL": "2", "PYTHONHASHSEED": "x", "PYTHONUTF8": "2", "PYTHONINTMAXSTRDIGITS": "3", "PYTHONTRACEMALLOC": "x",
                 "PYTHON_CPU_COUNT": "0", "PYTHON_FROZEN_MODULES": "x", "PYTHON_THREAD_INHERIT_CONTEXT": "2",
                 "PYTHON_CONTEXT_AWARE_WARNINGS": "x", "PYTHONMALLOC": "x", "PYTHONPROFILEIMPORTTIME": "3"}
    for name, value in variables.items():
        yield fails(*RUN, **{name: value})
        yield fails("-V", **{name: value})
        yield fails("-X", "gil=x", *RUN, **{name: value})
        yield starts("-E", **{name: value})
    for value in ("-1", "4294967296", "18446744073709551616", "+", "1.0", "7 ", "Random"):
        yield fails(*RUN, PYTHONHASHSEED=value)
    yield fails("-X", "gil=1", *RUN, PYTHON_GIL="x")
    yield fails("-X", "frozen_modules=on", *RUN, PYTHON_FROZEN_MODULES="x")
    yield fails("-X", "cpu_count=3", *RUN, PYTHON_CPU_COUNT="x")
    yield fails(*RUN, PYTHON_GIL="x", PYTHONHASHSEED="x")

    # What starts: each letter, clusters, counts.
    for one in ("-b", "-bb", "-B", "-d", "-dd", "-E", "-I", "-O", "-OO", "-OOO", "-P", "-q", "-qq", "-i", "-ii", "-v", "-vv", "-R", "-s", "-S", "-t", "-u", "-x",
                "-Es", "-bBu", "-sSuP", "-Wdefault", "-Wa,b", "-Xa"):
        yield starts(one)
    for letters in ("-Ic", "-OOc", "-EsBc", "-xc"):
        yield plain(letters, RUN[1], "a", "-b", "--")
    yield starts("-W", "error", "-W", "error", "-Wignore")
    yield starts("-W", "")
    yield starts("-bb", "-W", "error::BytesWarning", "-W", "ignore")
    for mode in ("always", "never", "default"):
        yield starts("--check-hash-based-pycs", mode)
    yield plain(*RUN, "x", "-y", "-X", "utf8=3", "--")
    yield plain("-cexec(open('probe').read())", "-V")
    yield plain("-E", "--", "probe", "x")
    yield plain("probe")
    yield plain("./probe", "-c", "x")
    yield plain("-O", "probe", "-O", "\udcff")
    yield plain("-m", "probe_module")
    yield plain("-mprobe_module", "x", "-m", "y")
    yield plain("-Bm", "probe_module", "")
    yield plain()
    yield plain("-")
    yield plain("-", "a", "-b")
    yield plain("-O", "-", "-")
    yield plain("-b-")

    # -X
    for one in ("", "=3", "a=b=c", "nonsense=1", "dev", "dev=0", "utf8", "utf8=0", "utf8=1", "gil=1", "importtime=0", "frozen_modules",
                "frozen_modules=", "frozen_modules=on", "frozen_modules=off", "int_max_str_digits=", "int_max_str_digits=0",
                "int_max_str_digits=640", "int_max_str_digits=+700", "int_max_str_digits= 700", "no_debug_ranges", "no_debug_ranges=0", "tracemalloc",
                "tracemalloc=", "tracemalloc=0", "tracemalloc=5", "faulthandler", "faulthandler=0", "cpu_count=7", "cpu_count=default",
                "pycache_prefix=/x", "pycache_prefix=", "pycache_prefix", "showrefcount", "disable-remote-debug", "disable_remote_debug",
                "thread_inherit_context=0", "thread_inherit_context=1", "context_aware_warnings=0", "context_aware_warnings=1",
                "warn_default_encoding", "warn_default_encoding=0", "perf", "perf=0", "perf_jit"):
        yield starts("-X", one)
    yield starts("-X", "a", "-Xb=1", "-Xa=2")
    yield starts("-X", "gil=1", "-X", "gil=x")
    yield starts("-X", "int_max_str_digits=0", "-X", "int_max_str_digits=3")
    yield starts("-Xdev", "-W", "error", "-bb")

    # Variables.
    yes_or_no = """PYTHONDEBUG PYTHONVERBOSE PYTHONOPTIMIZE PYTHONINSPECT PYTHONDONTWRITEBYTECODE PYTHONNOUSERSITE PYTHONUNBUFFERED
    PYTHONSAFEPATH PYTHONDEVMODE PYTHONWARNDEFAULTENCODING PYTHONFAULTHANDLER PYTHONNODEBUGRANGES PYTHONPERFSUPPORT
    PYTHON_PERF_JIT_SUPPORT PYTHON_DISABLE_REMOTE_DEBUG PYTHONMALLOCSTATS""".split()
    for name in yes_or_no:
        for value in ("", "0", "x", "-2", "2"):
            yield starts(**{name: value})
        yield starts("-E", **{name: "1"})
    for name, values in {
        "PYTHONHASHSEED": ("random", "0", "5", " 7", "+7", "4294967295", "-18446744073709551615", ""),
        "PYTHON_GIL": ("1", ""),
        "PYTHONUTF8": ("0", "1"),
        "PYTHONINTMAXSTRDIGITS": ("0", "640", "70000"),
        "PYTHONTRACEMALLOC": ("0", "3"),
        "PYTHON_CPU_COUNT": ("3", "default"),
        "PYTHON_FROZEN_MODULES": ("on", "off"),
        "PYTHON_THREAD_INHERIT_CONTEXT": ("0", "1"),
        "PYTHON_CONTEXT_AWARE_WARNINGS": ("0", "1"),
        "PYTHONMALLOC": ("malloc", "debug", "pymalloc_debug", "mimalloc"),
        "PYTHONPROFILEIMPORTTIME": ("0",),
        "PYTHONWARNINGS": ("error", "default,ignore,,error", ",", "ignore,ignore"),
        "PYTHONPATH": ("/a:/b", ":"),
        "PYTHONHOME": (sys.prefix,),
        "PYTHONPYCACHEPREFIX": ("/x",),
        "PYTHONIOENCODING": ("ascii", "ascii:", "ascii:ignore", ":ignore", ":", "utf-8", "ascii:replace"),
        "PYTHONCOERCECLOCALE": ("0", "1", "warn"),
    }.items():
        for value in values:
            yield starts(**{name: value})
    yield starts("-I", PYTHONPATH="/a", PYTHONOPTIMIZE="2", PYTHONWARNINGS="error", PYTHONIOENCODING="ascii", PYTHONSAFEPATH="1")
    yield starts("-O", PYTHONOPTIMIZE="5")
    yield starts("-OO", PYTHONOPTIMIZE="1")
    yield starts("-R", PYTHONHASHSEED="0")
    yield starts("-R", PYTHONHASHSEED="x")
    yield starts("-X", "utf8", PYTHONUTF8="9")
    yield starts("-X", "utf8=0", PYTHONUTF8="1")
    yield starts("-X", "pycache_prefix=", PYTHONPYCACHEPREFIX="/x")
    yield starts("-X", "pycache_prefix=/y", PYTHONPYCACHEPREFIX="/x")
    yield starts("-X", "tracemalloc=2", PYTHONTRACEMALLOC="3")
    yield starts("-X", "int_max_str_digits=1000", PYTHONINTMAXSTRDIGITS="2000")
    yield starts("-X", "frozen_modules=off", PYTHON_FROZEN_MODULES="on")
    yield starts("-X", "importtime=0", PYTHONPROFILEIMPORTTIME="1")
    yield starts("-X", "thread_inherit_context=0", PYTHON_THREAD_INHERIT_CONTEXT="1")
    yield starts("-X", "dev", PYTHONWARNINGS="default,error")
    yield starts("-W", "ignore", "-W", "error", "-b", PYTHONWARNINGS="error")

    # Locales.
    for locale in ("C", "POSIX", "C.UTF-8"):
        for name in ("LANG", "LC_ALL"):
            yield starts(**{name: locale})
            yield starts(**{name: locale, "PYTHONIOENCODING": ":replace"})
            yield starts("-X", "utf8=0", **{name: locale})
            yield starts("-X", "utf8=1", **{name: locale})
            yield starts("-X", "utf8=0", **{name: locale, "PYTHONCOERCECLOCALE": "0"})


PREFIXES = ("flag ", "config ", "pre ", "xoptions ", "filesystem ", "cpu_count ")


def escape(data):
    return "".join(chr(c) if 32 <= c < 127 and c != 92 else "\\n" if c == 10 else "\\x%02x" % c for c in data)


def main():
    base = {"LANG": "C.UTF-8", "PATH": os.environ.get("PATH", "")}
    seen, usual = set(), set()
    with tempfile.TemporaryDirectory() as folder:
        probe = f"FLAGS = {FLAGS!r}\nCONFIG = {CONFIG!r}\n{PROBE}"
        extra = "".join(
            f"if {words!r}[0] in ' '.join(sys.orig_argv) or os.environ.get({words[1]!r}) and not sys.flags.ignore_environment:\n"
            f"    print('flag', {name!r}, getattr(sys.flags, {name!r}))\n"
            for name, words in ONLY_IF_SET.items()
        )
        for name in ("probe", "probe_module.py"):
            with open(os.path.join(folder, name), "w") as file:
                file.write(probe + extra)
        print("cwd", folder)
        for arguments, variables in cases():
            key = (tuple(arguments), tuple(variables.items()))
            if key in seen:
                continue
            seen.add(key)
            done = subprocess.run(
                ["python3.14", *arguments], executable=sys.executable, env={**base, **variables}, cwd=folder,
                input=STDIN.encode(), capture_output=True)
            print()
            for argument in arguments:
                print("arg", escape(os.fsencode(argument)))
            for name, value in variables.items():
                print("env", f"{name}={value}")
            if done.stdout.startswith(b"flag "):
                lines = [line for line in done.stdout.decode().splitlines() if line.startswith(PREFIXES)]
                if not usual and not arguments[2:] and not variables:
                    usual.update(lines)
                    print("\n".join(lines))
                else:
                    print("\n".join(["starts", *(line for line in lines if line not in usual)]))
                if done.stderr == b"Expected long option\n":
                    print("err", escape(done.stderr))
            else:
                print("exit", done.returncode)
                print("out", escape(done.stdout))
                print("err", escape(done.stderr))


main()
