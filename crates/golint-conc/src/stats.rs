//! What `--stats` says.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use golint_conc_concurrency::Resolution;
use golint_conc_syntax::stage::{Stage, Stages};

/// How many reasons for unknown types are listed.
const TOP_REASONS: usize = 5;

/// Sums over folders.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    /// Files in packages.
    pub files: usize,
    /// Their length, in bytes.
    pub bytes: usize,
    /// Packages analysed.
    pub packages: usize,
    /// Packages outside of the analysis that were imported from disk.
    pub imported: usize,
    /// Packages that were not imported because they are too long.
    pub too_long: usize,
    /// Declarations that are too long or nest too deep to be analysed.
    pub opaque: usize,
    /// How often a bound ended a search, by what was bounded.
    pub bounds: BTreeMap<&'static str, usize>,
    /// Time to find the folders.
    pub resolve_time: Duration,
    /// Time to read and outline files, over all threads.
    pub load_time: Duration,
    /// Time to run the rules, with all that they ask for, over all threads.
    pub analysis_time: Duration,
    /// The parts of that time that are spent in single stages.
    pub stages: Stages,
    /// Time to write the findings.
    pub output_time: Duration,
    /// Time to measure the resolution, over all threads.
    pub measure_time: Duration,
    /// From start to end.
    pub wall_time: Duration,
    /// How many operations have a receiver of known type.
    pub resolution: Resolution,
}

impl Stats {
    /// Adds the figures of another part of the run.
    pub fn add(&mut self, other: &Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.packages += other.packages;
        self.opaque += other.opaque;
        for (what, count) in &other.bounds {
            *self.bounds.entry(what).or_default() += count;
        }
        self.load_time += other.load_time;
        self.analysis_time += other.analysis_time;
        self.stages.add(&other.stages);
        self.measure_time += other.measure_time;
        self.resolution.add(&other.resolution);
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        #[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
        let megabytes = self.bytes as f64 / 1e6;
        writeln!(f, "files           {} ({megabytes:.1} MB)", self.files)?;
        writeln!(f, "packages        {}", self.packages)?;
        writeln!(f, "imported        {} packages from disk", self.imported)?;
        #[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
        let parsed = self.stages.parsed as f64 / 1e6;
        writeln!(f, "find folders    {:.0} ms", ms(self.resolve_time))?;
        for (title, time) in [
            ("read, outline", self.load_time),
            ("outline imports", self.stages.time(Stage::Outline)),
            ("parse", self.stages.time(Stage::Parse)),
            ("lower", self.stages.time(Stage::Lower)),
            ("resolve names", self.stages.time(Stage::Resolve)),
            ("model, rules", self.analysis_time.saturating_sub(self.stages.total())),
        ] {
            let what = if title == "parse" { format!(" ({parsed:.1} MB)") } else { String::new() };
            writeln!(f, "{title:<15} {:.0} ms over all threads{what}", ms(time))?;
        }
        writeln!(f, "output          {:.0} ms", ms(self.output_time))?;
        writeln!(
            f,
            "measure types   {:.0} ms over all threads (for these figures only)",
            ms(self.measure_time)
        )?;
        writeln!(f, "total           {:.0} ms", ms(self.wall_time))?;
        let resolution = &self.resolution;
        for (title, share) in [("channels", resolution.channels), ("sync methods", resolution.methods)] {
            writeln!(
                f,
                "{title:<15} {} of {} operations have a known type ({})",
                share.known, share.all, share
            )?;
        }
        for (reason, count) in resolution.top_reasons(TOP_REASONS) {
            writeln!(f, "  {count:>6} not known: {}", reason.as_str())?;
        }
        let mut bounds = vec![
            (self.opaque, "declarations too long or too deep"),
            (self.too_long, "packages too long to be imported"),
        ];
        bounds.extend(self.bounds.iter().map(|(&what, &count)| (count, what)));
        writeln!(f, "bounds hit")?;
        for (count, what) in bounds {
            writeln!(f, "  {count:>6} {what}")?;
        }
        Ok(())
    }
}
