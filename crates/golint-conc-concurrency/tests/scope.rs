//! Which context a place could have used.

use golint_conc_concurrency::Model;
use golint_conc_semantic::build::LangVersion;
use golint_conc_semantic::{Package, PackageFile};
use golint_conc_syntax::{SourceFile, Symbol};

/// What stands for the context at each call of `here`, and whether it is a caller's.
fn contexts(code: &str) -> Vec<Option<(String, bool)>> {
    let text = format!("package p\n\nimport (\n\"context\"\n\"net/http\"\n)\n\nfunc here() {{}}\n{code}\n");
    let source = SourceFile::new(text.into_bytes());
    let file = PackageFile { source, lang: LangVersion::NEWEST, is_test: false, is_reported: true };
    let pkg = Package::new(Symbol::new("p"), Symbol::new("p"), vec![file]);
    let model = Model::new(&pkg);
    let mut found = Vec::new();
    for (id, _) in pkg.bodies() {
        let cx = pkg.body(id);
        for call in
            model.calls(id).iter().filter(|call| call.callee.name().is_some_and(|name| name == "here"))
        {
            let is_callers = model.caller_context(cx, call.expr).is_some();
            found.push(model.context_in_scope(cx, call.expr).map(|context| (context.expr, is_callers)));
        }
    }
    found
}

#[expect(clippy::unnecessary_wraps, reason = "reads well beside `None`")]
fn caller(expr: &str) -> Option<(String, bool)> {
    Some((expr.to_owned(), true))
}

#[expect(clippy::unnecessary_wraps, reason = "reads well beside `None`")]
fn own(expr: &str) -> Option<(String, bool)> {
    Some((expr.to_owned(), false))
}

#[test]
fn parameters_and_requests() {
    assert_eq!(contexts("func f(ctx context.Context) { here() }"), [caller("ctx")]);
    assert_eq!(
        contexts("func f(w http.ResponseWriter, r *http.Request) { here() }"),
        [caller("r.Context()")]
    );
    assert_eq!(contexts("func f(_ context.Context) { here() }"), [None]);
    assert_eq!(contexts("func f() { here() }"), [None]);
    assert_eq!(contexts("type T struct{ ctx context.Context }\nfunc (t *T) f() { here() }"), [None]);
}

#[test]
fn a_request_that_is_being_made_is_nobodys() {
    let code = "func f() { r, _ := http.NewRequest(\"GET\", \"/\", nil); here(); _ = r }";
    assert_eq!(contexts(code), [None]);
}

#[test]
fn a_variable_is_there_behind_its_declaration_and_in_its_block() {
    let code = "func f() { here(); ctx := context.Background(); here(); _ = ctx }";
    assert_eq!(contexts(code), [None, own("ctx")]);
    assert_eq!(contexts("func f() { { ctx := context.Background(); _ = ctx }; here() }"), [None]);
    let code = "func f() { if ctx := context.Background(); ctx != nil { here() } else { here() }; here() }";
    assert_eq!(contexts(code), [own("ctx"), own("ctx"), None]);
    assert_eq!(
        contexts(
            "func f() { ctx := g(func() { here() }); _ = ctx }\nfunc g(func()) context.Context { return nil }"
        ),
        [None]
    );
}

#[test]
fn what_is_made_from_a_callers_context_is_a_callers() {
    let code = "func f(parent context.Context) { ctx, cancel := context.WithCancel(parent); defer cancel(); here(); _ = ctx }";
    assert_eq!(contexts(code), [caller("ctx")]);
    let code = "func f(r *http.Request) { ctx := r.Context(); here(); _ = ctx }";
    assert_eq!(contexts(code), [caller("ctx")]);
    let code = "func f() { ctx, cancel := context.WithCancel(context.Background()); defer cancel(); here(); _ = ctx }";
    assert_eq!(contexts(code), [own("ctx")]);
}

#[test]
fn literals_see_what_is_around_them_and_have_their_own() {
    assert_eq!(contexts("func f(ctx context.Context) { go func() { here() }() }"), [caller("ctx")]);
    let code = "func f() { g := func(ctx context.Context) { here() }; g(nil); here() }";
    assert_eq!(contexts(code), [caller("ctx"), None]);
    let code = "func f(ctx context.Context) { func(inner context.Context) { here() }(ctx) }";
    assert_eq!(contexts(code), [caller("inner")]);
}

#[test]
fn a_name_that_is_hidden_is_not_there() {
    assert_eq!(
        contexts("func f(ctx context.Context) { { ctx := 1; here(); _ = ctx }; here() }"),
        [None, caller("ctx")]
    );
}
