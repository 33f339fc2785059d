"""Runs one module or package of CPython's test suite for the conformance runner.

    PYTHON driver.py MODULE RESULTS TESTS

MODULE is a name inside the package `test`, TESTS the folder that package lies in, RESULTS a file
that lines are appended to, each written before the next test begins:

    S <id>                                   a method begins
    R <id> <status> <seconds> <detail>       it has ended, or a fixture has failed
    P <id>                                   a phase begins: an import, a fixture
    p <id>                                   it has ended
    E                                        all has run; only the interpreter's exit is left

Fields are parted by tabs; a tab, a line feed, a carriage return and a backslash in one are escaped. What has an `R`
line in RESULTS already is left out: that is how the runner goes on after a crash. A status is
ok, fail, error, skip, xfail (an expected failure), xpass, crash or hang; the last two are the runner's.

Judged is a language, not CPython: what the suite marks as CPython's own is skipped on every
interpreter, CPython included, and the extension modules that exist for its tests cannot be imported.

The driver keeps to few modules, for it is to say something of an interpreter that can do little.
"""

import os
import sys

_open, _write, _close, _getpid = os.open, os.write, os.close, os.getpid
_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT

# Extension modules that exist only to test CPython's own insides and C interface.
CPYTHON_TEST_MODULES = (
    '_testbuffer', '_testcapi', '_testclinic', '_testclinic_limited', '_testexternalinspection',
    '_testimportmultiple', '_testinternalcapi', '_testlimitedcapi', '_testmultiphase',
    '_testsinglephase', '_xxtestfuzz', 'xxlimited', 'xxlimited_35', 'xxsubtype',
)

# The name that `check_impl_detail` compares with; any but `cpython` would do.
IMPLEMENTATION = 'grwl'

MAX_DETAIL = 300


class Report:
    """Appends lines to the results file; opened for each, so that no test can close it."""

    def __init__(self, path):
        self.path = path
        self.pid = _getpid()
        self.done = {}
        self._read()

    def _read(self):
        try:
            file = _open(self.path, os.O_RDONLY)
        except FileNotFoundError:
            return
        data = b''
        while True:
            part = os.read(file, 65536)
            if not part:
                break
            data += part
        _close(file)
        for line in data.decode('utf-8', 'replace').split('\n'):
            fields = line.split('\t')
            if fields[0] == 'R' and len(fields) > 2:
                self.done[fields[1]] = fields[2]

    def line(self, *fields):
        # A child that a test forked and that ran on is not to speak for its parent.
        if _getpid() != self.pid:
            return
        data = ('\t'.join(fields) + '\n').encode('utf-8', 'backslashreplace')
        file = _open(self.path, _FLAGS, 0o666)
        try:
            _write(file, data)
        finally:
            _close(file)

    def result(self, name, status, seconds, detail):
        self.line('R', name, status, '%.3f' % seconds, escape(detail[:MAX_DETAIL]))

    def ended_badly(self, name):
        return self.done.get(name) in ('crash', 'hang')


def escape(text):
    return (text.replace('\\', '\\\\').replace('\t', '\\t').replace('\n', '\\n')
            .replace('\r', '\\r'))


def describe(kind, value):
    """The line that a traceback ends in, as far as it is one line."""
    try:
        name = kind.__qualname__
        module = kind.__module__
        if module not in ('builtins', '__main__'):
            name = module + '.' + name
    except BaseException:
        name = '<exception>'
    try:
        text = str(value).split('\n', 1)[0]
    except BaseException:
        text = '<str() failed>'
    return name + ': ' + text if text else name


def show(name, error):
    """The whole traceback, into the module's log."""
    try:
        import traceback
        lines = traceback.format_exception(*error)
        print('=' * 70, name, ''.join(lines), sep='\n', file=sys.__stderr__, flush=True)
    except BaseException:
        pass


def name_of(test):
    """An id without the leading `test.`; duplicates were numbered when the suite was loaded."""
    name = getattr(test, '_conformance_name', None)
    return short(str(test.id())) if name is None else name


def short(name):
    if name.startswith('test.'):
        name = name[len('test.'):]
    return escape(name)


def define(unittest, report, module, clock):
    """The classes that need unittest, which a young interpreter may fail to import."""

    class Result(unittest.TestResult):
        """Writes each result as it comes, and keeps none."""

        def __init__(self):
            super().__init__()
            self.current = None

        def startTest(self, test):
            self.current = name_of(test)
            self.status = None
            self.detail = ''
            self.subtests_passed = False
            self.began = clock()
            report.line('S', self.current)

        def stopTest(self, test):
            if self.current is None:
                return
            status = self.status
            if status == 'subskip':
                # Some parts did not apply; the method counts for those that did.
                status = 'ok' if self.subtests_passed else 'skip'
            elif status is None:
                status = 'error'
                self.detail = 'the test was interrupted'
            report.result(self.current, status, clock() - self.began, self.detail)
            self.current = None

        def settle(self, test, status, detail=''):
            if self.current is None:
                # A fixture, for which nothing was started: `setUpClass (test.test_x.Class)`.
                name = short(str(test.id()))
                method, bracket, owner = name.partition(' (')
                if bracket:
                    name = short(owner.rstrip(')')) + '.' + method
                report.result(name, status, 0.0, detail)
            elif self.status not in ('fail', 'error'):
                # The first failure is what counts.
                self.status = status
                self.detail = detail

        def failed(self, test, status, error):
            show(name_of(test), error)
            self.settle(test, status, describe(error[0], error[1]))

        def addSuccess(self, test):
            if self.status is None:
                self.settle(test, 'ok')

        def addError(self, test, err):
            self.failed(test, 'error', err)

        def addFailure(self, test, err):
            self.failed(test, 'fail', err)

        def addSubTest(self, test, subtest, err):
            if err is None:
                self.subtests_passed = True
                return
            show(name_of(test), err)
            status = 'fail' if issubclass(err[0], test.failureException) else 'error'
            try:
                where = ' ' + subtest._subDescription()
            except BaseException:
                where = ''
            self.settle(test, status, describe(err[0], err[1]) + where)

        def addSkip(self, test, reason):
            if getattr(test, 'test_case', None) is not None:
                if self.status is None:
                    self.status = 'subskip'
            else:
                self.settle(test, 'skip', str(reason).split('\n', 1)[0])

        def addExpectedFailure(self, test, err):
            self.settle(test, 'xfail')

        def addUnexpectedSuccess(self, test):
            self.settle(test, 'xpass')

        def addDuration(self, test, elapsed):
            pass

    Suite = unittest.TestSuite
    handle_class = Suite._handleClassSetUp
    handle_module = Suite._handleModuleFixture
    tear_down_class = Suite._tearDownPreviousClass
    tear_down_module = Suite._handleModuleTearDown

    def phase(name, function, *args):
        report.line('P', name)
        try:
            function(*args)
        finally:
            report.line('p', name)

    def class_name(cls):
        return short(cls.__module__ + '.' + cls.__qualname__)

    def _handleClassSetUp(self, test, result):
        cls = test.__class__
        if cls is getattr(result, '_previousTestClass', None):
            return handle_class(self, test, result)
        name = class_name(cls) + '.setUpClass'
        if report.ended_badly(name):
            cls._classSetupFailed = True
        else:
            phase(name, handle_class, self, test, result)

    def _handleModuleFixture(self, test, result):
        here = test.__class__.__module__
        if here == self._get_previous_module(result):
            return handle_module(self, test, result)
        name = short(here) + '.setUpModule'
        if report.ended_badly(name):
            self._handleModuleTearDown(result)
            result._moduleSetUpFailed = True
        else:
            phase(name, handle_module, self, test, result)

    def _tearDownPreviousClass(self, test, result):
        before = getattr(result, '_previousTestClass', None)
        if before is None or before is test.__class__:
            return tear_down_class(self, test, result)
        name = class_name(before) + '.tearDownClass'
        if not report.ended_badly(name):
            phase(name, tear_down_class, self, test, result)

    def _handleModuleTearDown(self, result):
        before = self._get_previous_module(result)
        if before is None:
            return tear_down_module(self, result)
        name = short(before) + '.tearDownModule'
        if not report.ended_badly(name):
            phase(name, tear_down_module, self, result)

    Suite._handleClassSetUp = _handleClassSetUp
    Suite._handleModuleFixture = _handleModuleFixture
    Suite._tearDownPreviousClass = _tearDownPreviousClass
    Suite._handleModuleTearDown = _handleModuleTearDown
    return Result


def choose(suite, report, module, seen):
    """Names the tests and drops those that have a result already."""
    kept = []
    for test in suite:
        if hasattr(test, '_tests'):
            choose(test, report, module, seen)
            kept.append(test)
            continue
        name = short(str(test.id()))
        if name.startswith('unittest.loader.'):
            # A submodule that could not be imported, or a load_tests that raised.
            name = module + '.load.' + name.rpartition('.')[2]
        seen[name] = count = seen.get(name, 0) + 1
        if count > 1:
            name = '%s#%d' % (name, count)
        try:
            test._conformance_name = name
        except AttributeError:
            pass
        if name not in report.done:
            kept.append(test)
    suite._tests = kept


def set_up(module):
    """What `python -m test` does before a module, where a test could tell."""
    for name in CPYTHON_TEST_MODULES:
        sys.modules[name] = None
    from test import support
    support.verbose = 0
    support.failfast = False
    support.use_resources = {}
    support.record_original_stdout(sys.stdout)

    def check_impl_detail(**guards):
        guards, default = support._parse_guards(guards)
        return guards.get(IMPLEMENTATION, default)

    support.check_impl_detail = check_impl_detail
    if module == 'test_free_threading':
        # Without this the package is skipped where there is a GIL, on the machine that records, too.
        support.Py_GIL_DISABLED = True
    try:
        sys.stdout.reconfigure(errors='backslashreplace')
    except AttributeError:
        pass
    try:
        import faulthandler
        faulthandler.enable(all_threads=True)
    except (ImportError, AttributeError):
        pass
    try:
        # A shell starts background jobs with SIGINT ignored; tests of interrupts need the default.
        import signal
        if signal.getsignal(signal.SIGINT) in (signal.SIG_IGN, signal.SIG_DFL):
            signal.signal(signal.SIGINT, signal.default_int_handler)
    except (ImportError, AttributeError):
        pass


class StandIn:
    """In the place of a module that cannot be imported, or something in it: skips the test that calls it."""

    def __init__(self, name, skip):
        self._name = name
        self._skip = skip

    def __getattr__(self, name):
        # `test.support` knows what to do without; only the test module itself is to be deceived.
        caller = sys._getframe(1).f_globals.get('__name__', '')
        if name.startswith('__') or caller.startswith('test.support'):
            raise AttributeError(name)
        return StandIn(self._name + '.' + name, self._skip)

    def __call__(self, *args, **kwargs):
        raise self._skip(self._name + ' is not available')


def stand_in_for_interpreter_pools(skip):
    """All tests of `concurrent.futures` name the executor of interpreters as they are loaded. Without interpreters in one process
    there is none, and nothing but its own tests is to be left out."""
    from concurrent import futures

    class InterpreterPoolExecutor(futures.Executor):
        def __init__(self, *args, **kwargs):
            raise skip('InterpreterPoolExecutor is not available')

    if not hasattr(futures, 'InterpreterPoolExecutor'):
        futures.InterpreterPoolExecutor = InterpreterPoolExecutor


def missing_test_module(error):
    """Which of CPython's own test modules an import has failed for, if that was the reason."""
    while error is not None:
        name = getattr(error, 'name', None)
        if isinstance(error, ImportError) and name in CPYTHON_TEST_MODULES:
            return name
        error = error.__context__
    return None


def load(module, skip):
    """Imports the module. Some import a test module at their head though few of their tests need it; for
    these, and only while they are loaded, something stands in its place."""
    replaced = []
    while True:
        try:
            __import__('test.' + module)
            break
        except (ImportError, skip) as error:
            name = missing_test_module(error)
            if name is None or name in replaced:
                raise
            replaced.append(name)
            sys.modules[name] = StandIn(name, skip)
    for name in replaced:
        sys.modules[name] = None
    return sys.modules['test.' + module]


def main():
    module, results, tests = sys.argv[1:]
    report = Report(results)
    sys.path[0] = tests
    place = module + '.import'
    report.line('P', place)
    try:
        from time import perf_counter as clock
        import unittest
        set_up(module)
        Result = define(unittest, report, module, clock)
        if module == 'test_concurrent_futures':
            stand_in_for_interpreter_pools(unittest.SkipTest)
        loaded = load(module, unittest.SkipTest)
        if 'random' in sys.modules:
            sys.modules['random'].seed(1)
        suite = unittest.TestLoader().loadTestsFromModule(loaded)
        choose(suite, report, module, {})
    except BaseException as error:
        kind = type(error)
        skip = kind.__name__ in ('SkipTest', 'ResourceDenied')
        if not skip:
            show(place, (kind, error, error.__traceback__))
        report.result(place, 'skip' if skip else 'error', 0.0, describe(kind, error))
        report.line('p', place)
        report.line('E')
        return
    report.line('p', place)
    suite.run(Result())
    report.line('E')


if __name__ == '__main__':
    main()
