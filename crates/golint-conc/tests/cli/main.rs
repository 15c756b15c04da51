//! The program as its users run it: arguments and files in, output and exit status out.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests make the world that they run in, and say what they skip"
)]

mod bad_input;
mod configuration;
mod fix;
mod flags;
mod hard_input;
mod output;
mod packages;
mod patterns;
mod support;
mod writing;
