//! How long the analyzer takes beside a plain tree-sitter parse of the same files, and how much memory.
//!
//! Each measurement is a process of its own, so that neither warms the other's memory and each has its own peak.
//! This program starts itself for that, once as the whole of `golint-conc` and once as the parse.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a program that measures and prints")]

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::{Args, Parser, Subcommand};
use golint_conc::load;
use rayon::prelude::*;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Set in processes that are `golint-conc` and nothing else.
const IS_ANALYZER: &str = "GOLINT_CONC_BENCH_IS_ANALYZER";

/// Benchmarks of golint-conc
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: What,
}

#[derive(Subcommand)]
enum What {
    /// Times the whole program and a plain parse of the same files, in turn
    Compare(Compare),
    /// Parses files and prints how many, their bytes and the microseconds
    #[command(hide = true)]
    Parse(Input),
}

#[derive(Args)]
struct Compare {
    #[command(flatten)]
    input: Input,
    /// How often each is run
    #[arg(long, default_value = "5")]
    runs: NonZeroUsize,
}

#[derive(Args)]
struct Input {
    /// The folder below which all packages are read
    path: PathBuf,
    /// How many threads to use [default: all processors]
    #[arg(long)]
    threads: Option<NonZeroUsize>,
}

impl Input {
    fn threads(&self) -> usize {
        self.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get)
    }
}

/// One run of a child.
struct Sample {
    time: Duration,
    /// The most memory it had, in kB, where the system tells.
    peak: Option<u64>,
}

fn main() -> Result<ExitCode> {
    if std::env::var_os(IS_ANALYZER).is_some() {
        let code = golint_conc::cli::main();
        eprint_peak();
        return Ok(code);
    }
    match Cli::parse().command {
        What::Compare(args) => compare(&args)?,
        What::Parse(input) => parse(&input)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn compare(args: &Compare) -> Result<()> {
    let threads = args.input.threads();
    let mut analyses = Vec::new();
    let mut parses = Vec::new();
    let mut what = String::new();
    for _ in 0..args.runs.get() {
        analyses.push(analyze_once(&args.input.path, threads)?);
        let (parsed, sample) = parse_once(&args.input.path, threads)?;
        parses.push(sample);
        what = parsed;
    }
    println!("{what}, {threads} threads, {} runs each, in turn", args.runs);
    println!("{:<12} {:>10} {:>10} {:>12}", "", "fastest", "median", "peak memory");
    println!("{}", row("golint-conc", &mut analyses));
    println!("{}", row("plain parse", &mut parses));
    let ratio = analyses[analyses.len() / 2].time.as_secs_f64() / parses[parses.len() / 2].time.as_secs_f64();
    println!("{:<12} {:>10} {ratio:>10.2}", "ratio", "");
    println!("stages of golint-conc, in a run of its own");
    for line in stages_once(&args.input.path, threads)? {
        println!("  {line}");
    }
    Ok(())
}

/// What `--stats` says of the stages. That run takes longer than others, because it measures more.
fn stages_once(path: &Path, threads: usize) -> Result<Vec<String>> {
    const LAST: &str = "output ";
    let run = analyzer(path, threads)?.arg("--stats").output().context("the analyzer can't be started")?;
    let errors = String::from_utf8_lossy(&run.stderr);
    let stages = errors.lines().skip_while(|line| !line.starts_with("find folders"));
    let mut lines: Vec<_> = stages.map(str::to_owned).collect();
    let last =
        lines.iter().position(|line| line.starts_with(LAST)).context("the analyzer tells no stages")?;
    lines.truncate(last + 1);
    Ok(lines)
}

/// The analyzer as a child, with its output thrown away.
fn analyzer(path: &Path, threads: usize) -> Result<Command> {
    let mut command = child()?;
    command
        .env(IS_ANALYZER, "1")
        .args(["--quiet", "--color", "never", "--threads", &threads.to_string()])
        .arg(path.join("..."))
        .stdout(Stdio::null());
    Ok(command)
}

/// Sorts the samples by time.
fn row(title: &str, samples: &mut [Sample]) -> String {
    samples.sort_by_key(|sample| sample.time);
    let ms = |sample: &Sample| format!("{:.0} ms", sample.time.as_secs_f64() * 1e3);
    let peak = samples.iter().filter_map(|sample| sample.peak).max();
    let peak = peak.map_or_else(|| "not known".to_owned(), |kb| format!("{} MB", kb / 1024));
    format!("{title:<12} {:>10} {:>10} {peak:>12}", ms(&samples[0]), ms(&samples[samples.len() / 2]))
}

/// The whole program from its start to its end, output included.
fn analyze_once(path: &Path, threads: usize) -> Result<Sample> {
    let start = Instant::now();
    let run = analyzer(path, threads)?.output().context("the analyzer can't be started")?;
    let time = start.elapsed();
    let errors = String::from_utf8_lossy(&run.stderr);
    ensure!(matches!(run.status.code(), Some(0 | 1)), "the analyzer failed: {errors}");
    Ok(Sample { time, peak: errors.lines().find_map(peak_in) })
}

/// What was parsed, and what reading and parsing took; finding the files is not counted.
fn parse_once(path: &Path, threads: usize) -> Result<(String, Sample)> {
    let run = child()?.arg("parse").arg(path).args(["--threads", &threads.to_string()]).output()?;
    let errors = String::from_utf8_lossy(&run.stderr);
    ensure!(run.status.success(), "the parse failed: {errors}");
    let printed = String::from_utf8_lossy(&run.stdout);
    let mut lines = printed.lines();
    let what = lines.next().context("the parse prints what it read")?.to_owned();
    let micros = lines.next().and_then(|line| line.parse().ok()).context("the parse prints its time")?;
    Ok((what, Sample { time: Duration::from_micros(micros), peak: errors.lines().find_map(peak_in) }))
}

fn child() -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.stdin(Stdio::null()).env_remove(IS_ANALYZER);
    Ok(command)
}

/// Parses every file once, keeping no tree, each thread with a parser of its own.
fn parse(input: &Input) -> Result<()> {
    let resolved = load::resolve(&std::env::current_dir()?, &[input.path.join("...")], None);
    let files: Vec<PathBuf> = resolved
        .folders
        .iter()
        .flat_map(|folder| folder.names.iter().map(|name| folder.dir.join(name)))
        .collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(input.threads()).build()?;
    let start = Instant::now();
    let bytes: Result<usize> = pool.install(|| {
        files
            .par_iter()
            .map_init(tree_sitter::Parser::new, |parser, path| {
                let text = std::fs::read(path)?;
                parser.set_language(&tree_sitter_go::LANGUAGE.into())?;
                parser.parse(&text, None).context("no tree")?;
                Ok(text.len())
            })
            .sum()
    });
    let (bytes, time) = (bytes?, start.elapsed());
    #[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
    let megabytes = bytes as f64 / 1e6;
    println!("{} files ({megabytes:.1} MB)\n{}", files.len(), time.as_micros());
    eprint_peak();
    Ok(())
}

const PEAK: &str = "VmHWM:";

/// Passes on to the parent how much memory this process had at most; Linux alone tells.
#[expect(clippy::print_stderr, reason = "the parent reads it there")]
fn eprint_peak() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(line) = status.lines().find(|line| line.starts_with(PEAK)) {
        eprintln!("{line}");
    }
}

fn peak_in(line: &str) -> Option<u64> {
    line.strip_prefix(PEAK)?.split_whitespace().next()?.parse().ok()
}
