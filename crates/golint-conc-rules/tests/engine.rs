//! What the engine and the catalogue do with any rule, shown with one that reports every function.

use golint_conc_flow::Protocols;
use golint_conc_rules::{
    Catalogue, Confidence, Cx, Diagnostic, Finding, LangRange, Place, Report, Rule, Selected, Severity,
    TestPolicy, analyze, catalogue,
};
use golint_conc_semantic::build::LangVersion;
use golint_conc_semantic::{BodyCx, Package, PackageFile};
use golint_conc_syntax::{Signals, SourceFile, Span, Symbol};

struct EveryFunction;

static RULE: EveryFunction = EveryFunction;

struct Found(Place);

impl Finding for Found {
    fn message(&self) -> String {
        "a function".into()
    }

    fn primary(&self) -> Place {
        self.0
    }
}

impl Rule for EveryFunction {
    fn id(&self) -> &'static str {
        "every-function"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::GO]
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        report.add(&Found(cx.place(body.id, Span::new(0, 1))));
    }
}

const CODE: &str = "package p\n\nfunc f() {\n\tgo func() {}()\n}\n";

fn file(code: &str) -> PackageFile {
    let source = SourceFile::new(code.as_bytes().to_vec());
    PackageFile { source, lang: LangVersion::new(1, 22), is_test: false, is_reported: true }
}

fn selected() -> Selected {
    Selected { rule: &RULE, severity: Severity::Warning, tests: TestPolicy::Same, go: LangRange::default() }
}

fn run(file: PackageFile, selected: Selected) -> Vec<Diagnostic> {
    analyze(
        &Package::new(Symbol::new("p"), Symbol::new("p"), vec![file]),
        &[selected],
        &Protocols::standard(),
    )
}

#[test]
fn a_diagnostic_bears_what_its_page_says() {
    let found = run(file(CODE), Selected { severity: Severity::Note, ..selected() });
    let [diagnostic] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((diagnostic.rule, diagnostic.severity), ("every-function", Severity::Note));
    assert_eq!((diagnostic.message.as_str(), diagnostic.confidence), ("a function", Confidence::High));
}

#[test]
fn bodies_without_the_words_of_a_gate_are_passed_over() {
    assert_eq!(run(file("package p\n\nfunc f() {}\n"), selected()), []);
}

#[test]
fn language_ranges_bind() {
    let with =
        |go| run(file(CODE), Selected { go: LangRange::parse(go).expect("a range"), ..selected() }).len();
    assert_eq!([with("<1.22"), with("<1.23"), with(">=1.22"), with(">=1.23"), with("")], [0, 1, 1, 0, 1]);
}

#[test]
fn test_policies_bind_in_test_files_alone() {
    let with = |tests, is_test| {
        let found = run(PackageFile { is_test, ..file(CODE) }, Selected { tests, ..selected() });
        found.first().map(|diagnostic| diagnostic.confidence)
    };
    assert_eq!(with(TestPolicy::Same, true), Some(Confidence::High));
    assert_eq!(with(TestPolicy::Lower, true), Some(Confidence::Medium));
    assert_eq!(with(TestPolicy::Off, true), None);
    assert_eq!(with(TestPolicy::Lower, false), Some(Confidence::High));
    assert_eq!(with(TestPolicy::Off, false), Some(Confidence::High));
}

#[test]
fn files_that_are_only_context_are_not_reported() {
    assert_eq!(run(PackageFile { is_reported: false, ..file(CODE) }, selected()), []);
}

#[test]
fn rules_are_found_by_id_and_by_former_id() {
    let mut page = catalogue().pages.first().expect("a rule").clone();
    let id = page.id;
    page.head.aliases = vec!["former-name".into()];
    let catalogue = Catalogue { pages: vec![page] };
    assert_eq!(catalogue.find(id).map(|page| page.id), Some(id));
    assert_eq!(catalogue.find("former-name").map(|page| page.id), Some(id));
    assert!(catalogue.find("nobodys-name").is_none());
}

#[test]
fn the_catalogue_is_sorted_and_whole() {
    let ids: Vec<_> = catalogue().pages.iter().map(|page| page.id).collect();
    assert!(ids.is_sorted(), "{ids:?}");
    let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/../../rules");
    let entries = std::path::Path::new(pages).read_dir().expect("a folder of pages");
    assert_eq!(ids.len(), entries.count(), "a page that can't be read is missing from the catalogue");
}
