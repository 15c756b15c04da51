//! The whole of a run between the command line and the output: folders in, reports out, in parallel.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use golint_conc_concurrency::Resolution;
use golint_conc_flow::Protocols;
use golint_conc_rules::{Confidence, Selected};
use golint_conc_syntax::{STACK_SIZE, stage};

use crate::analysis::{self, analyze_package};
use crate::load::{self, Dependencies, Folder, Loader, Options, Resolved};
use crate::report::{PackageReport, Problem};
use crate::stats::Stats;

/// Where people report what went wrong in this program.
pub(crate) const ISSUES_URL: &str = "https://github.com/golint-conc/golint-conc/issues";

/// What to find.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The rules to run.
    pub rules: Vec<Selected>,
    /// What must be given back.
    pub resources: Protocols,
    /// The least confidence that is reported.
    pub min_confidence: Confidence,
    /// Whether comments that suppress nothing are reported.
    pub report_unused: bool,
    /// Whether to measure what [`Stats`] says of types, which costs time.
    pub measure: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The packages, in the order of the folders.
    pub packages: Vec<PackageReport>,
    /// What could not be read or analysed.
    pub problems: Vec<Problem>,
    /// How many files each folder has in packages, and how many are left out by their constraints.
    pub files: Vec<(usize, usize)>,
    /// What it took.
    pub stats: Stats,
}

/// Loads and analyses folders on `threads` threads, each folder by one thread, and counts them in `done`. What comes
/// out does not depend on the number of threads.
///
/// # Errors
/// When the threads can't be started.
pub fn run(
    resolved: &Resolved,
    options: &Options,
    wanted: &Wanted,
    threads: usize,
    done: &AtomicUsize,
) -> anyhow::Result<Outcome> {
    let folders = &resolved.folders;
    let dependencies = Dependencies::new(options.build.clone(), resolved.workspace.clone());
    let threads = threads.min(folders.len()).max(1);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK_SIZE).build()?;
    remember_panics();
    // The largest first: a large one at the end would keep one thread busy and the others idle.
    let mut order: Vec<usize> = (0..folders.len()).collect();
    order.sort_by_key(|&index| Reverse(folders[index].names.len()));
    let next = AtomicUsize::new(0);
    let parts = pool.broadcast(|_| {
        let mut parts = Vec::new();
        stage::set_clock(wanted.measure.then_some(clock));
        let loader = Loader::new(Arc::clone(&dependencies));
        while let Some(&index) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            parts.push((index, run_folder(&folders[index], options, wanted, &loader)));
            done.fetch_add(1, Ordering::Relaxed);
        }
        parts
    });
    let mut parts: Vec<_> = parts.into_iter().flatten().collect();
    parts.sort_by_key(|&(index, _)| index);
    // The default hook comes back.
    drop(std::panic::take_hook());
    let mut whole = Outcome::default();
    for (_, part) in parts {
        whole.packages.extend(part.packages);
        whole.problems.extend(part.problems);
        whole.files.extend(part.files);
        whole.stats.add(&part.stats);
    }
    (whole.stats.imported, whole.stats.too_long) = dependencies.counts();
    Ok(whole)
}

/// The time since the first call.
fn clock() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}

fn run_folder(folder: &Folder, options: &Options, wanted: &Wanted, loader: &Rc<Loader>) -> Outcome {
    let mut outcome = Outcome::default();
    let start = Instant::now();
    let load = || load::load(folder, options, loader);
    let loaded = contained(folder, &mut outcome.problems, load).unwrap_or_default();
    outcome.stats.load_time = start.elapsed();
    stage::take();
    outcome.stats.files = loaded.files;
    outcome.stats.bytes = loaded.bytes;
    outcome.stats.packages = loaded.packages.len();
    outcome.stats.opaque = loaded.opaque;
    outcome.files.push((loaded.files, loaded.excluded));
    outcome.problems.extend(loaded.problems);
    let analysis = analysis::Options {
        rules: &wanted.rules,
        resources: &wanted.resources,
        report_unused: wanted.report_unused,
    };
    for package in loaded.packages {
        let start = Instant::now();
        let report = contained(folder, &mut outcome.problems, || analyze_package(package, analysis));
        outcome.stats.analysis_time += start.elapsed();
        for (what, count) in report.iter().flat_map(|report| &report.bounds) {
            *outcome.stats.bounds.entry(what).or_default() += count;
        }
        outcome.packages.extend(report.map(|report| confident(report, wanted.min_confidence)));
    }
    outcome.stats.stages = stage::take();
    if wanted.measure {
        measure(folder, options, loader, &mut outcome);
    }
    outcome
}

/// Loads a folder once more, so that the time of the rules above has all the parsing that they need in it.
fn measure(folder: &Folder, options: &Options, loader: &Rc<Loader>, outcome: &mut Outcome) {
    let start = Instant::now();
    let resolution = contained(folder, &mut outcome.problems, || {
        let mut sum = Resolution::default();
        for loaded in load::load(folder, options, loader).packages {
            sum.add(&Resolution::of(&loaded.package));
        }
        sum
    });
    outcome.stats.resolution.add(&resolution.unwrap_or_default());
    outcome.stats.measure_time = start.elapsed();
    stage::take();
}

/// Only the findings of a report that are sure enough; a report without any keeps no text.
fn confident(mut report: PackageReport, min: Confidence) -> PackageReport {
    report.diagnostics.retain(|diagnostic| min <= diagnostic.confidence);
    report.suppressed.retain(|&confidence| min <= confidence);
    if report.diagnostics.is_empty() {
        report.files = Vec::new();
    }
    report
}

/// Does a part of the work on a folder; the one place where a panic ends. It becomes a problem of the folder.
fn contained<T>(folder: &Folder, problems: &mut Vec<Problem>, work: impl FnOnce() -> T) -> Option<T> {
    let result = catch_unwind(AssertUnwindSafe(work));
    if result.is_err() {
        let panic = LAST_PANIC.take();
        let help = format!("findings of this folder may be missing, please report it at {ISSUES_URL}");
        problems.push(load::failure(folder.title(), format!("internal error: {panic}"), &help));
    }
    result.ok()
}

thread_local! {
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps what a panic says for [`contained`], instead of printing it.
fn remember_panics() {
    std::panic::set_hook(Box::new(|info| {
        let payload = info.payload();
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("panic");
        let text = text.lines().next().unwrap_or_default();
        let place = info.location().map(|place| format!(" ({}:{})", place.file(), place.line()));
        LAST_PANIC.set(format!("{text}{}", place.unwrap_or_default()));
    }));
}

#[cfg(test)]
mod tests {
    use golint_conc_rules::{Cx, LangRange, Report, Rule, Severity, TestPolicy, catalogue};
    use golint_conc_semantic::build::{BuildContext, LangVersion};
    use golint_conc_syntax::Signals;

    use super::*;

    struct Fragile;

    impl Rule for Fragile {
        fn id(&self) -> &'static str {
            "fragile"
        }

        fn gates(&self) -> &'static [Signals] {
            &[]
        }

        fn package(&self, cx: &Cx<'_>, _: &mut Report<'_>) {
            assert_ne!(cx.pkg.name, "fragile", "can't stand this package");
        }
    }

    const BUG: &str = "package PKG\n\nimport (\n\t\"os\"\n\t\"os/signal\"\n)\n\nfunc f() {\n\tc := make(chan os.Signal)\n\t\
                       signal.Notify(c, os.Interrupt)\n\t<-c\n}\n";

    #[test]
    fn a_panic_is_a_problem_of_its_folder_and_the_rest_is_reported() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let mut folders = Vec::new();
        for name in ["fragile", "solid"] {
            std::fs::create_dir(dir.path().join(name)).expect("a folder");
            std::fs::write(dir.path().join(name).join("a.go"), BUG.replace("PKG", name)).expect("a file");
            folders.push(name.into());
        }
        let resolved = load::resolve(dir.path(), &folders, None);
        let signal = catalogue().find("signal-notify-unbuffered").expect("the rule").selected();
        let fragile = Selected {
            rule: &Fragile,
            severity: Severity::Error,
            tests: TestPolicy::Same,
            go: LangRange::default(),
        };
        let wanted = Wanted {
            rules: vec![fragile, signal],
            resources: Protocols::standard(),
            min_confidence: Confidence::Medium,
            report_unused: false,
            measure: false,
        };
        let options = Options {
            build: BuildContext {
                goos: "linux".into(),
                goarch: "amd64".into(),
                cgo: true,
                tags: Vec::new(),
                release: LangVersion::NEWEST,
            },
            lang: None,
            tests: true,
            generated: false,
        };
        let outcome = run(&resolved, &options, &wanted, 2, &AtomicUsize::new(0)).expect("threads");
        let [problem] = &outcome.problems[..] else { panic!("{:?}", outcome.problems) };
        assert_eq!(problem.path.as_deref(), Some("fragile"));
        assert!(problem.message.contains("can't stand this package"), "{}", problem.message);
        let found: Vec<_> = outcome.packages.iter().flat_map(|package| &package.diagnostics).collect();
        assert_eq!(found.len(), 1);
        assert_eq!(outcome.packages[0].files[0].path, "solid/a.go");
    }
}
