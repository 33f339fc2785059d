"""Prints what a program can call: functions of native modules, native types, and the methods of these."""
import sys

AWAY = {"posix", "_signal", "faulthandler", "_thread", "resource", "_posixsubprocess", "_multiprocessing", "_imp", "_socket", "select",
        "syslog", "_posixshmem", "fcntl", "termios", "_ctypes"}
ALONE = {"builtins.input", "builtins.breakpoint", "sys.breakpointhook", "sys.stdout", "sys.stderr", "sys.setswitchinterval",
         "sys.set_int_max_str_digits", "time.sleep", "gc.set_threshold", "sys.addaudithook", "sys._clear_type_cache",
         # Taken and never given back, it lets the next thread wait for ever, in CPython as well.
         "_warnings._acquire_lock"}
for name in sorted(sys.builtin_module_names):
    if name in AWAY:
        continue
    try:
        module = __import__(name)
    except ImportError:
        continue
    for key, value in sorted(vars(module).items()):
        full = f"{name}.{key}"
        if full in ALONE or not callable(value) or not key.isidentifier() or key.startswith("__"):
            continue
        print(full)
        if isinstance(value, type) and value.__module__ != "__main__":
            for method, function in sorted(vars(value).items()):
                if callable(function) and method not in ("__class__", "__doc__"):
                    print(f"{full}.{method}")
import types
for key, value in sorted(vars(types).items()):
    if isinstance(value, type):
        for method in sorted(vars(value)):
            if callable(getattr(value, method, None)) and method not in ("__class__", "__doc__"):
                print(f"types.{key}.{method}")
