//! The types that add nothing but a name to their base.

use grwl_object::{TypeObject, TypeSpec, types};

const fn described(doc: &'static str) -> TypeSpec {
    let mut spec = TypeSpec::NONE;
    spec.doc = Some(doc);
    spec
}

/// Each type and its description.
pub static SPECS: &[(&TypeObject, TypeSpec)] = &[
    (
        &types::EXCEPTION,
        described("What programs catch: the base of all exceptions but those that end them."),
    ),
    (&types::EXCEPTION_GROUP, TypeSpec::NONE),
    (
        &types::GENERATOR_EXIT,
        described("A generator or coroutine is being closed."),
    ),
    (
        &types::KEYBOARD_INTERRUPT,
        described("The user interrupted the program."),
    ),
    (
        &types::STOP_ASYNC_ITERATION,
        described("An asynchronous iterator has no more elements."),
    ),
    (&types::TYPE_ERROR, described("A value of the wrong type.")),
    (
        &types::ASSERTION_ERROR,
        described("An assert statement failed."),
    ),
    (
        &types::BUFFER_ERROR,
        described("An operation on a buffer that it does not allow."),
    ),
    (&types::EOF_ERROR, described("The input ended too soon.")),
    (
        &types::MEMORY_ERROR,
        described("There is not enough memory."),
    ),
    (
        &types::REFERENCE_ERROR,
        described("The object that a weak proxy stands for is gone."),
    ),
    (
        &types::SYSTEM_ERROR,
        described("A fault in the runtime itself."),
    ),
    (
        &types::ARITHMETIC_ERROR,
        described("The base of arithmetic errors."),
    ),
    (
        &types::FLOATING_POINT_ERROR,
        described("A floating-point operation failed."),
    ),
    (
        &types::OVERFLOW_ERROR,
        described("A result is too large to be represented."),
    ),
    (
        &types::ZERO_DIVISION_ERROR,
        described("A division by zero, or a remainder of one."),
    ),
    (
        &types::MODULE_NOT_FOUND_ERROR,
        described("There is no such module."),
    ),
    (
        &types::LOOKUP_ERROR,
        described("The base of errors of subscripts."),
    ),
    (
        &types::INDEX_ERROR,
        described("A sequence has no element at this index."),
    ),
    (
        &types::UNBOUND_LOCAL_ERROR,
        described("A local variable has no value yet."),
    ),
    (
        &types::BLOCKING_IO_ERROR,
        described("The operation would have to wait."),
    ),
    (
        &types::CHILD_PROCESS_ERROR,
        described("An operation on a child process failed."),
    ),
    (
        &types::CONNECTION_ERROR,
        described("The base of errors of connections."),
    ),
    (
        &types::BROKEN_PIPE_ERROR,
        described("The other end of a pipe or socket is closed."),
    ),
    (
        &types::CONNECTION_ABORTED_ERROR,
        described("The peer gave up a connection attempt."),
    ),
    (
        &types::CONNECTION_REFUSED_ERROR,
        described("The peer refused a connection attempt."),
    ),
    (
        &types::CONNECTION_RESET_ERROR,
        described("The peer dropped a connection."),
    ),
    (
        &types::FILE_EXISTS_ERROR,
        described("There is such a file already."),
    ),
    (
        &types::FILE_NOT_FOUND_ERROR,
        described("There is no such file or directory."),
    ),
    (
        &types::INTERRUPTED_ERROR,
        described("A signal interrupted a system call."),
    ),
    (
        &types::IS_A_DIRECTORY_ERROR,
        described("An operation on files was asked of a directory."),
    ),
    (
        &types::NOT_A_DIRECTORY_ERROR,
        described("An operation on directories was asked of something else."),
    ),
    (
        &types::PERMISSION_ERROR,
        described("The operation is not permitted."),
    ),
    (
        &types::PROCESS_LOOKUP_ERROR,
        described("There is no such process."),
    ),
    (&types::TIMEOUT_ERROR, described("The time is up.")),
    (
        &types::RUNTIME_ERROR,
        described("An error that fits no other class."),
    ),
    (
        &types::NOT_IMPLEMENTED_ERROR,
        described("A method that a subclass is to define."),
    ),
    (
        &types::PYTHON_FINALIZATION_ERROR,
        described("Not possible while the runtime shuts down."),
    ),
    (
        &types::RECURSION_ERROR,
        described("Calls are nested too deeply."),
    ),
    (&types::INDENTATION_ERROR, described("Wrong indentation.")),
    (
        &types::TAB_ERROR,
        described("Indentation that mixes tabs and spaces."),
    ),
    (
        &types::INCOMPLETE_INPUT_ERROR,
        described("The source ends too soon."),
    ),
    (
        &types::VALUE_ERROR,
        described("A value of the right type that is not acceptable."),
    ),
    (
        &types::UNICODE_ERROR,
        described("The base of errors of encoding and decoding."),
    ),
    (
        &types::WARNING,
        described("The base of categories of warnings."),
    ),
    (
        &types::BYTES_WARNING,
        described("Doubtful use of bytes as text."),
    ),
    (
        &types::DEPRECATION_WARNING,
        described("Something that will go, for programmers."),
    ),
    (
        &types::ENCODING_WARNING,
        described("An encoding that depends on the locale."),
    ),
    (
        &types::FUTURE_WARNING,
        described("Something that will change, for users."),
    ),
    (&types::IMPORT_WARNING, described("A doubtful import.")),
    (
        &types::PENDING_DEPRECATION_WARNING,
        described("Something that will go one day."),
    ),
    (
        &types::RESOURCE_WARNING,
        described("A resource that was not given back."),
    ),
    (
        &types::RUNTIME_WARNING,
        described("Doubtful behaviour at run time."),
    ),
    (&types::SYNTAX_WARNING, described("Doubtful syntax.")),
    (
        &types::UNICODE_WARNING,
        described("A problem with Unicode."),
    ),
    (
        &types::USER_WARNING,
        described("A warning of the program's own."),
    ),
];
