//! The engine for resources with rows of its own: files and cancel functions.

use golint_conc_flow::{Bound, Flow, Kind, PathEnd, Protocol, Protocols, Source, Who};
use golint_conc_semantic::build::LangVersion;
use golint_conc_semantic::{Package, PackageFile};
use golint_conc_syntax::{SourceFile, Symbol};

fn file() -> Protocol {
    Protocol {
        sources: vec![Source::or_error(Who::func("os", &["Open", "Create"]))],
        types: vec![(Symbol::new("os"), Symbol::new("File"))],
        releases: vec![Symbol::new("Close")],
        ..Protocol::new("file", "f", "closed", "its descriptor stays open")
    }
}

fn standard(kind: Kind) -> Protocol {
    let table = Protocols::standard();
    let Some(row) = table.of(kind).next() else { panic!("no row") };
    row.clone()
}

/// For each leak: the line of the call and how the path ends.
fn leaks(protocol: &Protocol, body: &str) -> Vec<String> {
    let text = format!(
        "package p\nimport (\"bufio\"; \"context\"; \"os\"; \"io\")\nvar kept any\nfunc use(any) {{}}\nfunc open(n string) (*os.File, error) {{ return os.Open(n) }}\nfunc closes(c io.Closer) {{ c.Close() }}\nfunc reads(r io.Reader) {{ r.Read(nil) }}\ntype wrap struct {{ f *os.File }}\nfunc (w wrap) shut() {{ w.f.Close() }}\nfunc (w wrap) look() {{ w.f.Name() }}\nfunc f(name string, x bool, ch chan int, ctx context.Context) any {{\n{body}\nreturn nil }}\n"
    );
    let source = SourceFile::new(text.into_bytes());
    let file = PackageFile { source, lang: LangVersion::NEWEST, is_test: false, is_reported: true };
    let pkg = Package::new(Symbol::new("p"), Symbol::new("p"), vec![file]);
    let flow = Flow::new(&pkg);
    let Some((id, _)) = pkg.bodies().find(|(_, decl)| decl.name == "f") else { panic!("not declared") };
    let found = flow.funcs(id).into_iter().flat_map(|func| flow.leaks(func, protocol));
    found
        .map(|leak| {
            let end = match leak.end {
                PathEnd::Exit(_) if matches!(leak.bound, Bound::Dropped { .. }) => "dropped",
                PathEnd::Exit(_) => "exit",
                _ => "lost",
            };
            end.to_owned()
        })
        .collect()
}

#[test]
fn files() {
    let file = file();
    for (body, wanted) in [
        ("f, err := os.Open(name); if err != nil { return err }; defer f.Close()", ""),
        ("f, err := os.Open(name); if err != nil { return err }; if x { return nil }; f.Close()", "exit"),
        ("f, _ := os.Open(name); return bufio.NewReader(f)", ""),
        ("f, _ := os.Open(name); io.Copy(io.Discard, f)", "exit"),
        ("f, err := open(name); if err == nil { reads(f) }", "exit"),
        ("f, err := open(name); if err == nil { closes(f) }", ""),
        ("f, err := os.Open(name); if err == nil { kept = f }", ""),
        ("f, err := os.Open(name); if err == nil { go func() { f.Close() }() }", ""),
        ("os.Open(name)", "dropped"),
        ("f, err := os.Open(name); f, err = os.Open(name); if err == nil { f.Close() }", "lost"),
        (
            "for x { f, err := os.Open(name); if err != nil { continue }; if <-ch > 0 { continue }; f.Close() }",
            "lost",
        ),
        ("var f *os.File; defer func() { f.Close() }(); f, _ = os.Open(name)", ""),
        ("f, err := os.Open(name); switch err { case nil: f.Close(); default: panic(err) }", ""),
        ("f, err := os.Open(name); g := f; if err == nil { defer g.Close() }", ""),
        ("f, err := os.Open(name); if err == nil { go func() { for { f.Sync() } }() }", ""),
        ("f, err := os.Open(name); if err == nil { go func() { f.Sync() }() }", "exit"),
        (
            "f, err := os.Open(name); var n []string; if err == nil { n = append(n, name) }; if len(n) > 0 { f.Close() }",
            "",
        ),
        (
            "f, err := os.Open(name); var n []string; if err == nil { n = append(n, n...) }; if len(n) > 0 { f.Close() }",
            "exit",
        ),
        (
            "open := func() (*os.File, error) { return os.Open(name) }; f, err := open(); if err == nil { f.Sync() }",
            "exit",
        ),
        ("w := wrap{}; if f, err := os.Open(name); err == nil { w = wrap{f}; w.shut() }", ""),
        ("w := wrap{}; if f, err := os.Open(name); err == nil { w = wrap{f}; w.look() }", "exit"),
        ("func() { f, _ := os.Open(name); f.Name() }()", "exit"),
    ] {
        assert_eq!(leaks(&file, body).join(" "), wanted, "{body}");
    }
}

#[test]
fn cancel_functions() {
    let cancel = standard(Kind::Cancel);
    for (body, wanted) in [
        ("ctx, cancel := context.WithCancel(ctx); defer cancel(); use(ctx)", ""),
        ("ctx, cancel := context.WithCancel(ctx); if x { return ctx }; cancel()", "exit"),
        ("ctx, cancel := context.WithCancel(ctx); if x { cancel() }; if !x { cancel() }; use(ctx)", ""),
        ("ctx, _ := context.WithTimeout(ctx, 1); use(ctx)", "dropped"),
        ("_, cancel := context.WithCancel(ctx); return cancel", ""),
        ("_, cancel := context.WithCancel(ctx); kept = cancel", ""),
        ("ctx, cancel := context.WithCancel(ctx); if x { <-ctx.Done(); return nil }; cancel()", ""),
        ("ctx, cancel := context.WithCancel(ctx); if ctx.Err() != nil { return nil }; cancel()", ""),
        ("ctx, cancel := context.WithCancel(ctx); if ctx.Err() == nil { return nil }; cancel()", "exit"),
        (
            "ctx, cancel := context.WithCancel(ctx); ctx = context.Background(); if ctx.Err() != nil { return nil }; cancel()",
            "exit",
        ),
        ("for x { _, _ = context.WithCancel(ctx); <-ch }; for {}", "lost"),
        ("_, cancel := context.WithCancel(ctx); _ = cancel", ""),
        ("_, cancel := context.WithCancel(ctx); return func() { cancel() }", ""),
    ] {
        assert_eq!(leaks(&cancel, body).join(" "), wanted, "{body}");
    }
}
