//! `golint-conc`: finds the Go concurrency bugs that take services down.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    golint_conc::cli::main()
}
