# An exception that is no group, caught by `except*`, comes in one that knows this frame.
import os
import traceback

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), '')


def bare():
    try:
        raise Exception(42)
    except* Exception as error:
        raise


def named():
    try: raise Exception(42)
    except* Exception as error: raise error


def partly():
    try:
        raise ExceptionGroup('two', [ValueError(1), TypeError(2)])
    except* ValueError:
        pass


def handled():
    try:
        raise KeyError('key')
    except* (ValueError, KeyError) as group:
        print(repr(group), group.__traceback__.tb_lineno - handled.__code__.co_firstlineno, group.__traceback__.tb_next)


handled()
for function in bare, named, partly:
    try:
        function()
    except BaseException:
        print(traceback.format_exc().replace(FOLDER, ''))
