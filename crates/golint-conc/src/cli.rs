//! The command line.

use std::io::{Read, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};
use codespan_reporting::term::termcolor::{Ansi, NoColor, WriteColor};
use golint_conc_rules::{Applicability, Confidence, Page, Severity};
use golint_conc_semantic::build::{BuildContext, KNOWN_ARCH, KNOWN_OS, LangVersion};

use crate::config::{self, Config};
use crate::fix::{self, Fixed};
use crate::load::{self, MAX_FILE_LEN, Options, Overlay, Resolved};
use crate::output::{self, Format};
use crate::progress::with_progress;
use crate::report::{Problem, Run};
use crate::run::{Outcome, Wanted};
use crate::selection::{self, Listed, MinConfidence, nearest};
use crate::sink::{self, Written};
use crate::{host, pages, run, suppress};

const AFTER_HELP: &str = "\
Patterns:
  ./...            every package below the current folder
  ./server ./api   these folders
  main.go          only this file, with its package as the background
  work             every module of the workspace (go.work)
  -                a file from the standard input, named by --stdin-filename

Examples:
  golint-conc ./...
  golint-conc --format sarif --output golint-conc.sarif ./...
  golint-conc --select 'race-*,mutex-*' --ignore mutex-copy ./...
  golint-conc --fix ./...
  golint-conc explain race-map-write

Exit status:
  0  nothing found, or nothing left after --fix
  1  findings
  2  something could not be read, analysed or written, or the command line is wrong";

/// Finds the Go bugs that take services down: leaked goroutines, stuck channels, races, locks never released, HTTP
/// clients that hang.
///
/// It reads source text: no build, no Go toolchain, no network.
#[derive(Parser, Debug)]
#[command(
    name = output::TOOL,
    version,
    about,
    after_help = AFTER_HELP,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    styles = Styles::styled()
        .header(AnsiColor::Green.on_default().bold())
        .usage(AnsiColor::Green.on_default().bold())
        .literal(AnsiColor::Cyan.on_default().bold())
        .placeholder(AnsiColor::Cyan.on_default())
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    check: Check,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Lists the rules (for a folder of that name write ./rules)
    Rules {
        /// The shape of the list
        #[arg(long, value_enum, default_value_t = ListFormat::Text)]
        format: ListFormat,
    },
    /// Prints the page of a rule
    Explain {
        /// The rule's id
        id: String,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ListFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Switch {
    On,
    Off,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
struct Check {
    /// Folders, files, `dir/...` for all packages below, or `-` [default: .]
    #[arg(value_name = "PATTERN")]
    patterns: Vec<PathBuf>,

    /// The shape of the output
    #[arg(long, value_enum, default_value_t = Format::Text, help_heading = "Output")]
    format: Format,

    /// Writes to a file, which is replaced only when the output is complete
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,

    /// Whether to use colors [default: on a terminal, unless `NO_COLOR` is set]
    #[arg(long, value_enum, default_value_t = Color::Auto, hide_default_value = true, help_heading = "Output")]
    color: Color,

    /// Prints findings and failures only
    #[arg(short, long, help_heading = "Output")]
    quiet: bool,

    /// Prints to the standard error what the run did and took
    #[arg(long, help_heading = "Output")]
    stats: bool,

    /// Exits with 0 when there are findings
    #[arg(long, help_heading = "Output")]
    exit_zero: bool,

    /// Runs only these rules: ids, globs such as `race-*`, or `all`; separated by commas
    #[arg(long, value_name = "RULES", help_heading = "What to report")]
    select: Vec<String>,

    /// Does not run these rules
    #[arg(long, value_name = "RULES", help_heading = "What to report")]
    ignore: Vec<String>,

    /// The least confidence to report [default: medium]
    #[arg(long, value_enum, value_name = "LEVEL", help_heading = "What to report")]
    min_confidence: Option<MinConfidence>,

    /// Reads `_test.go` files, which is the default
    #[arg(long, overrides_with = "no_tests", help_heading = "What to report")]
    tests: bool,

    /// Leaves `_test.go` files out
    #[arg(long, overrides_with = "tests", help_heading = "What to report")]
    no_tests: bool,

    /// Reports generated files too (`// Code generated … DO NOT EDIT.`)
    #[arg(long, help_heading = "What to report")]
    generated: bool,

    /// Reports comments of ours that suppress nothing
    #[arg(long, help_heading = "What to report")]
    report_unused_ignores: bool,

    /// Applies the safe edits to the files, and reports what remains
    #[arg(long, help_heading = "What to mend")]
    fix: bool,

    /// Applies suggested edits too, with --fix or --diff; look at what they do
    #[arg(long, help_heading = "What to mend")]
    unsafe_fixes: bool,

    /// Prints what --fix would change as a unified diff, and writes no file
    #[arg(long, conflicts_with = "format", help_heading = "What to mend")]
    diff: bool,

    /// Build tags that are set, separated by commas
    #[arg(long, value_name = "TAGS", value_delimiter = ',', help_heading = "What to build for")]
    tags: Vec<String>,

    /// The operating system [default: `$GOOS`, or this one]
    #[arg(long, help_heading = "What to build for")]
    goos: Option<String>,

    /// The architecture [default: `$GOARCH`, or this one]
    #[arg(long, help_heading = "What to build for")]
    goarch: Option<String>,

    /// Whether files with `import "C"` count [default: `$CGO_ENABLED`, or on unless for another system]
    #[arg(
        long,
        value_enum,
        hide_possible_values = true,
        value_name = "on|off",
        help_heading = "What to build for"
    )]
    cgo: Option<Switch>,

    /// The Go version, instead of what `go.mod` says
    #[arg(long, value_name = "VERSION", value_parser = go_version, help_heading = "What to build for")]
    go: Option<LangVersion>,

    /// The configuration [default: the nearest `golint-conc.toml` from here up to the root of the repository]
    #[arg(long, value_name = "FILE", help_heading = "How to run")]
    config: Option<PathBuf>,

    /// Reads no configuration
    #[arg(long, conflicts_with = "config", help_heading = "How to run")]
    no_config: bool,

    /// The path of the file that `-` stands for
    #[arg(long, value_name = "PATH", help_heading = "How to run")]
    stdin_filename: Option<PathBuf>,

    /// How many threads to use [default: all processors]
    #[arg(long, value_name = "N", help_heading = "How to run")]
    threads: Option<NonZeroUsize>,
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let status = match Cli::parse() {
        Cli { command: Some(Command::Rules { format }), .. } => print(&match format {
            ListFormat::Text => pages::rules_text(),
            ListFormat::Json => pages::rules_json(),
        }),
        Cli { command: Some(Command::Explain { id }), .. } => {
            match golint_conc_rules::catalogue().find(&id) {
                Some(page) => print(&pages::page_text(page)),
                None if suppress::OWN_IDS.iter().any(|(own, _)| *own == id) => print(suppress::GUIDE),
                None => usage(&format!("no rule is called `{id}`{}", selection::hint(&id))),
            }
        }
        Cli { command: None, check } => run_check(&check),
    };
    ExitCode::from(status as u8)
}

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Clean = 0,
    Findings = 1,
    Failed = 2,
}

fn run_check(check: &Check) -> Status {
    let start = Instant::now();
    let cwd = match std::env::current_dir() {
        Ok(cwd) => cwd,
        Err(error) => {
            say(&format!("the working directory can't be read: {}; go to another", load::io_text(&error)));
            return Status::Failed;
        }
    };
    let config = match configuration(check, &cwd) {
        Ok(config) => config,
        Err(problem) => {
            say(&problem.to_string());
            return Status::Failed;
        }
    };
    let pages = match select(check, &config) {
        Ok(pages) => pages,
        Err(message) => return usage(&message),
    };
    let build = match build_context(check) {
        Ok(build) => build,
        Err(message) => return usage(&message),
    };
    if check.unsafe_fixes && fix_level(check).is_none() {
        return usage("--unsafe-fixes needs --fix or --diff");
    }
    let tests = check.tests || (!check.no_tests && config.tests.unwrap_or(true));
    let options = Options { build, lang: check.go, tests, generated: check.generated };
    let (patterns, overlay) = match inputs(check) {
        Ok(inputs) => inputs,
        Err(message) => return usage(&message),
    };
    let mut resolved = load::resolve(&cwd, &patterns, overlay.as_ref());
    let resolve_time = start.elapsed();
    let wanted = wanted(check, config, &pages);
    let threads =
        check.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
    let analyze = |resolved: &Resolved| {
        with_progress(resolved.folders.len(), check.quiet, |done| {
            run::run(resolved, &options, &wanted, threads, done).map_err(|error| {
                anyhow::anyhow!("{threads} threads can't be started: {error}; try --threads 1")
            })
        })
    };
    let result = match fix_level(check) {
        None => analyze(&resolved).map(|outcome| (outcome, None)),
        Some(level) => fix::fix(&mut resolved, level, analyze)
            .map(|mut fixed| (std::mem::take(&mut fixed.outcome), Some(fixed))),
    };
    let (mut outcome, fixed) = match result {
        Ok(result) => result,
        Err(error) => {
            say(&error.to_string());
            return Status::Failed;
        }
    };
    outcome.problems.extend(empty_patterns(&patterns, &resolved, &outcome));
    outcome.problems.extend(resolved.problems);
    let mut source = None;
    if let Some(fixed) = &fixed {
        outcome.problems.extend(fix_problems(fixed));
        if !check.diff {
            let failed = fix::write(&fixed.changes);
            announce(check, fixed, &failed);
            outcome.problems.extend(failed);
            source = overlay.map(|overlay| {
                let change = fixed.changes.iter().find(|change| change.is_stdin);
                change.map_or(overlay.text, |change| change.after.clone())
            });
        }
    }
    let run = Run { packages: &outcome.packages, problems: &outcome.problems, rules: &wanted.rules };
    let output_start = Instant::now();
    let status = match fixed.filter(|_| check.diff) {
        Some(fixed) => show_diff(check, &run, &fixed),
        None => report(check, &run, source.as_deref()),
    };
    if check.stats {
        outcome.stats.output_time = output_start.elapsed();
        outcome.stats.resolve_time = resolve_time;
        outcome.stats.wall_time = start.elapsed();
        let _ = write!(std::io::stderr(), "{}", outcome.stats);
    }
    status
}

/// The boldest edits to apply, if any are wanted.
fn fix_level(check: &Check) -> Option<Applicability> {
    let level = if check.unsafe_fixes { Applicability::Suggested } else { Applicability::Safe };
    (check.fix || check.diff).then_some(level)
}

/// What kept edits from being applied.
fn fix_problems(fixed: &Fixed) -> Vec<Problem> {
    let refused = fixed.refused.iter().map(|(rule, path)| {
        let message = format!("the edit of {rule} would break the code, and is left out");
        load::notice(&**path, None, message, &format!("please report it at {}", run::ISSUES_URL))
    });
    let unsettled = fixed.is_unsettled.then(|| {
        let message = format!("after {} rounds there are edits left", fix::MAX_PASSES);
        Problem {
            severity: Severity::Warning,
            path: None,
            line: None,
            message,
            help: Some("run again".into()),
        }
    });
    refused.chain(unsettled).collect()
}

/// Says what was mended.
fn announce(check: &Check, fixed: &Fixed, failed: &[Problem]) {
    let files = fixed.changes.len() - failed.len();
    if check.quiet || files == 0 {
        return;
    }
    let (findings, files) = (output::plural(fixed.findings, "finding"), output::plural(files, "file"));
    match failed.is_empty() {
        true => say(&format!("mended {findings} in {files}")),
        false => say(&format!("mended {files}, but not all")),
    }
}

/// The configuration of a run.
fn configuration(check: &Check, cwd: &Path) -> Result<Config, Problem> {
    if check.no_config {
        return Ok(Config::default());
    }
    match &check.config {
        Some(path) => config::read(&cwd.join(path), &path.to_string_lossy()),
        None => match config::find(cwd) {
            Some(path) => config::read(&path, &load::relative(cwd, &path)),
            None => Ok(Config::default()),
        },
    }
}

/// The rules to run: flags win over the configuration.
fn select(check: &Check, config: &Config) -> Result<Vec<&'static Page>, String> {
    let titles = ["select", "ignore"].map(|key| match &config.path {
        Some(path) => format!("{path}: `{key}`"),
        None => key.to_owned(),
    });
    let listed = |flag, flags, title, keys| {
        if <[String]>::is_empty(flags) {
            Listed { title, names: keys }
        } else {
            Listed { title: flag, names: flags }
        }
    };
    selection::select(
        listed("--select", &check.select, &titles[0], &config.select),
        listed("--ignore", &check.ignore, &titles[1], &config.ignore),
    )
}

fn wanted(check: &Check, config: Config, pages: &[&Page]) -> Wanted {
    let min_confidence = check.min_confidence.or(config.min_confidence);
    let min_confidence = min_confidence.map_or(Confidence::Medium, Confidence::from);
    // A comment that suppresses a finding that is not shown is not unused.
    let needed = if check.report_unused_ignores { Confidence::Low } else { min_confidence };
    Wanted {
        rules: pages.iter().map(|page| page.selected().for_confidence(needed)).collect(),
        resources: config.resources,
        min_confidence,
        report_unused: check.report_unused_ignores,
        measure: check.stats,
    }
}

/// The patterns, and the text of the standard input where one of them is `-`.
fn inputs(check: &Check) -> Result<(Vec<PathBuf>, Option<Overlay>), String> {
    if check.patterns.is_empty() && check.stdin_filename.is_none() {
        return Ok((vec![".".into()], None));
    }
    let reads_stdin = check.patterns.iter().any(|pattern| pattern == "-");
    if !reads_stdin {
        return match check.stdin_filename {
            Some(_) => Err("--stdin-filename needs the pattern `-`".into()),
            None => Ok((check.patterns.clone(), None)),
        };
    }
    let mut text = Vec::new();
    let mut stdin = std::io::stdin().lock().take(MAX_FILE_LEN + 1);
    if let Err(error) = stdin.read_to_end(&mut text) {
        return Err(format!("the standard input can't be read: {}", load::io_text(&error)));
    }
    if MAX_FILE_LEN < text.len() as u64 {
        return Err(format!("the standard input has more than {} MB; split the file", MAX_FILE_LEN >> 20));
    }
    let path = check.stdin_filename.clone().unwrap_or_else(|| "stdin.go".into());
    Ok((check.patterns.clone(), Some(Overlay { path, text })))
}

/// The folders of a pattern may all be for other systems: only loading them tells.
fn empty_patterns(patterns: &[PathBuf], resolved: &Resolved, outcome: &Outcome) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, pattern) in patterns.iter().enumerate() {
        let folders = resolved.folders.iter().zip(&outcome.files);
        let mut matched = folders.filter(|(folder, _)| folder.patterns.contains(&index)).peekable();
        if matched.peek().is_none() {
            continue;
        }
        let (files, excluded) =
            matched.fold((0, 0), |sum, (_, &(files, excluded))| (sum.0 + files, sum.1 + excluded));
        if files == 0 && 0 < excluded {
            let help = "give others with --tags, --goos, --goarch or --cgo, or name the files";
            let message = "build constraints exclude all Go files";
            problems.push(load::failure(pattern.to_string_lossy(), message, help));
        }
    }
    problems
}

/// Prints the findings. Where the standard output is for `source`, the mended text of the standard input, they go to the
/// standard error.
fn report(check: &Check, run: &Run<'_>, source: Option<&[u8]>) -> Status {
    say_problems(check, run);
    let mut text = Vec::new();
    let rendered = if check.output.is_none() && uses_color(check.color) {
        render(check, run, &mut Ansi::new(&mut text))
    } else {
        render(check, run, &mut NoColor::new(&mut text))
    };
    let has_findings = run.packages.iter().any(|package| !package.diagnostics.is_empty());
    if let (Some(source), Ok(())) = (source, &rendered) {
        let status = written(None, sink::to_stdout(source));
        let is_done = check.output.is_none();
        if is_done {
            let _ = std::io::stderr().write_all(&text);
        }
        if is_done || status == Some(Status::Failed) {
            return status.unwrap_or_else(|| status_of(check, run, has_findings));
        }
    }
    let result = rendered.and_then(|()| match &check.output {
        Some(path) => sink::to_file(path, &text),
        None => sink::to_stdout(&text),
    });
    written(check.output.as_deref(), result).unwrap_or_else(|| status_of(check, run, has_findings))
}

/// Prints what `--fix` would change. Nothing is mended, so the status is that of a run without it.
fn show_diff(check: &Check, run: &Run<'_>, fixed: &Fixed) -> Status {
    say_problems(check, run);
    let text = fix::diff(&fixed.changes);
    let result = match &check.output {
        Some(path) => sink::to_file(path, &text),
        None => sink::to_stdout(&text),
    };
    let remains = run.packages.iter().any(|package| !package.diagnostics.is_empty());
    written(check.output.as_deref(), result)
        .unwrap_or_else(|| status_of(check, run, remains || !fixed.changes.is_empty()))
}

fn say_problems(check: &Check, run: &Run<'_>) {
    for problem in run.sorted_problems() {
        if problem.severity == Severity::Error || !check.quiet {
            say(&problem.to_string());
        }
    }
}

/// How the process ends, if the output could not be written.
fn written(path: Option<&Path>, result: std::io::Result<Written>) -> Option<Status> {
    let error = result.err()?;
    let target = path.map_or("the standard output".into(), Path::to_string_lossy);
    say(&format!(
        "{target}: can't be written: {}; choose another place with --output",
        load::io_text(&error)
    ));
    Some(Status::Failed)
}

fn status_of(check: &Check, run: &Run<'_>, has_findings: bool) -> Status {
    let has_failed = run.problems.iter().any(|problem| problem.severity == Severity::Error);
    match (has_failed, has_findings && !check.exit_zero) {
        (true, _) => Status::Failed,
        (false, true) => Status::Findings,
        (false, false) => Status::Clean,
    }
}

fn render(check: &Check, run: &Run<'_>, out: &mut dyn WriteColor) -> std::io::Result<()> {
    output::write(check.format, run, check.quiet, out)
}

/// Colors where asked for, else on terminals that know them (<https://no-color.org>, `CLICOLOR_FORCE`).
fn uses_color(color: Color) -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) => false,
        Color::Auto if is_set("CLICOLOR_FORCE") => true,
        Color::Auto => {
            let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
            !is_dumb && std::io::IsTerminal::is_terminal(&std::io::stdout())
        }
    }
}

fn build_context(check: &Check) -> Result<BuildContext, String> {
    let known = |flag: &str, value: String, names: &[&str]| {
        if names.contains(&value.as_str()) {
            return Ok(value);
        }
        let hint = nearest(&value, names.iter().copied());
        let hint = hint.map_or_else(
            || format!("; Go knows {}", names.join(", ")),
            |name| format!("; did you mean `{name}`?"),
        );
        Err(format!("{flag}: `{value}` is not known{hint}"))
    };
    let goos = check.goos.clone().or_else(|| host::env("GOOS"));
    let goarch = check.goarch.clone().or_else(|| host::env("GOARCH"));
    let goos = known("--goos", goos.unwrap_or_else(|| host::GOOS.into()), KNOWN_OS)?;
    let goarch = known("--goarch", goarch.unwrap_or_else(|| host::GOARCH.into()), KNOWN_ARCH)?;
    let cgo = match (check.cgo, host::env("CGO_ENABLED").as_deref()) {
        (Some(switch), _) => matches!(switch, Switch::On),
        (None, Some("0")) => false,
        (None, Some("1")) => true,
        (None, _) => goos == host::GOOS && goarch == host::GOARCH,
    };
    let tags = check.tags.iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
    Ok(BuildContext { goos, goarch, cgo, tags, release: check.go.unwrap_or(LangVersion::NEWEST) })
}

fn go_version(text: &str) -> Result<LangVersion, String> {
    LangVersion::parse(text)
        .filter(|version| version.major == 1)
        .ok_or_else(|| "give a version such as 1.22".into())
}

/// Prints to the standard output.
fn print(text: &str) -> Status {
    match sink::to_stdout(text.as_bytes()) {
        Ok(_) => Status::Clean,
        Err(error) => {
            say(&format!("the standard output can't be written: {}", load::io_text(&error)));
            Status::Failed
        }
    }
}

/// One line on the standard error; when that is gone, nobody wants to know.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{}: {line}", output::TOOL);
}

/// The command line is wrong.
fn usage(message: &str) -> Status {
    say(message);
    Status::Failed
}
