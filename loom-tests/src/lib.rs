//! Shared parts of the models; the models themselves are in `tests/`.
