//! Parses every declaration of the Go files under the given paths and prints those that stay opaque, and the speed.
//!
//! `cargo run --release -p golint-conc-syntax --example opaque -- PATH…`

use std::path::Path;
use std::time::{Duration, Instant};

use golint_conc_syntax::{STACK_SIZE, SourceFile};

#[expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a command for developers, not the library"
)]
fn run() {
    let (mut bytes, mut files, mut opaque) = (0, 0, 0);
    let (mut outline, mut parse) = (Duration::ZERO, Duration::ZERO);
    for root in std::env::args().skip(1) {
        let paths = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().filter_map(Result::ok);
        for path in paths.filter(|entry| entry.path().extension().is_some_and(|ext| ext == "go")) {
            let Ok(text) = std::fs::read(path.path()) else { continue };
            if is_invalid_on_purpose(path.path()) {
                continue;
            }
            bytes += text.len();
            files += 1;
            let start = Instant::now();
            let source = SourceFile::new(text);
            outline += start.elapsed();
            let start = Instant::now();
            for (index, decl) in source.outline().decls.iter().enumerate() {
                if source.body(index).is_opaque {
                    opaque += 1;
                    let line = source.lines().line(decl.span.start);
                    println!("{}:{line}: {:?} {:?}", path.path().display(), decl.kind, decl.names.first());
                }
            }
            parse += start.elapsed();
        }
    }
    let speed = |time: Duration| bytes as f64 / 1e6 / time.as_secs_f64();
    println!("{files} files, {bytes} bytes, {opaque} opaque declarations");
    println!(
        "outline {outline:.2?} ({:.0} MB/s), trees {parse:.2?} ({:.1} MB/s)",
        speed(outline),
        speed(parse)
    );
}

fn is_invalid_on_purpose(path: &Path) -> bool {
    path.to_string_lossy().contains("internal/types/testdata")
}

fn main() {
    let worker = std::thread::Builder::new().stack_size(STACK_SIZE).spawn(run);
    let _ = worker.map(std::thread::JoinHandle::join);
}
