//! Runs the rules over loaded packages.

use golint_conc_flow::Protocols;
use golint_conc_rules::{FileId, Place, Selected, analyze};
use golint_conc_syntax::SourceFile;

use crate::load::LoadedPackage;
use crate::report::{PackageReport, ReportFile};
use crate::suppress;

/// How packages are analysed.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// The rules to run.
    pub rules: &'a [Selected],
    /// What must be given back.
    pub resources: &'a Protocols,
    /// Whether comments that suppress nothing are reported.
    pub report_unused: bool,
}

/// The diagnostics of a package, with the texts that they speak of; the rest of the package is given back.
pub fn analyze_package(loaded: LoadedPackage, options: Options<'_>) -> PackageReport {
    let found = analyze(&loaded.package, options.rules, options.resources);
    let (mut diagnostics, suppressed) =
        suppress::apply(&loaded.package, found, options.rules, options.report_unused);
    let mut kept: Vec<Option<FileId>> = vec![None; loaded.paths.len()];
    let mut wanted = Vec::new();
    let mut renumber = |place: &mut Place| {
        let slot = &mut kept[place.file.0 as usize];
        let id = *slot.get_or_insert_with(|| {
            wanted.push(place.file.0 as usize);
            FileId(wanted.len() as u32 - 1)
        });
        place.file = id;
    };
    for diagnostic in &mut diagnostics {
        renumber(&mut diagnostic.place);
        diagnostic.steps.iter_mut().for_each(|step| renumber(&mut step.place));
        let replacements = diagnostic.edits.iter_mut().flat_map(|edit| &mut edit.replacements);
        replacements.for_each(|replacement| renumber(&mut replacement.place));
    }
    let mut files: Vec<_> = loaded.package.files.into_iter().map(Some).collect();
    let files = wanted.into_iter().filter_map(|index| {
        let source: SourceFile = files[index].take()?.source;
        let path = loaded.paths[index].clone();
        let lines = source.lines().clone();
        Some(ReportFile { path, text: source.into_text(), lines })
    });
    PackageReport {
        files: files.collect(),
        diagnostics,
        suppressed,
        bounds: loaded.package.bounds.into_counts(),
    }
}
