//! Library part of the driver, so that tests and benches can call it.
