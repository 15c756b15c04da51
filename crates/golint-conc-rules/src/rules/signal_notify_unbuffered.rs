//! See `rules/signal-notify-unbuffered.md`.

use golint_conc_concurrency::ChanUseKind;
use golint_conc_semantic::BodyCx;
use golint_conc_syntax::ast::{Expr, ExprId, Stmt};
use golint_conc_syntax::visit::NodeRef;
use golint_conc_syntax::{Signals, Span};

use crate::diagnostic::{Applicability, Edit, Finding, Place, Replacement, Step};
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: SignalNotifyUnbuffered = SignalNotifyUnbuffered;

pub(crate) struct SignalNotifyUnbuffered;

struct Unbuffered {
    place: Place,
    make: Place,
    has_size: bool,
    channel: String,
}

impl Finding for Unbuffered {
    fn message(&self) -> String {
        format!("signals are lost: `signal.Notify` does not wait, and `{}` has no buffer", self.channel)
    }

    fn primary(&self) -> Place {
        self.place
    }

    fn steps(&self) -> Vec<Step> {
        vec![
            step(self.make, 0, "the channel is made without a buffer"),
            step(self.place, 0, "a signal that arrives while nobody receives is dropped"),
        ]
    }

    fn help(&self) -> Option<String> {
        Some("make the channel with a buffer of 1".into())
    }

    fn edits(&self) -> Vec<Edit> {
        if self.has_size {
            return Vec::new();
        }
        let end = self.make.span.end - 1;
        let at = Place { span: Span::new(end, end), ..self.make };
        vec![Edit {
            title: "give the channel a buffer of 1".into(),
            applicability: Applicability::Safe,
            replacements: vec![Replacement { place: at, text: ", 1".into() }],
        }]
    }
}

impl Rule for SignalNotifyUnbuffered {
    fn id(&self) -> &'static str {
        "signal-notify-unbuffered"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::SIGNAL]
    }

    fn imports(&self) -> &'static [&'static str] {
        &["os/signal"]
    }

    fn words(&self) -> &'static [&'static str] {
        &["Notify"]
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for call in cx.model.calls(body.id).iter() {
            if !call.callee.is_func("os/signal", &["Notify"]) {
                continue;
            }
            let Some(&channel) = body.args(call.expr).first() else { continue };
            let Some((home, make)) = unbuffered_make(cx, body, channel) else { continue };
            report.add(&Unbuffered {
                place: cx.expr_place(body, call.expr),
                make: cx.expr_place(home, make),
                has_size: 1 < home.args(make).len(),
                channel: body.text(channel).to_owned(),
            });
        }
    }
}

/// The `make(chan T)` that surely made the channel. A channel made in the call itself has nobody to receive from it,
/// so nothing is lost.
fn unbuffered_make<'p>(cx: &Cx<'p>, body: BodyCx<'p>, channel: ExprId) -> Option<(BodyCx<'p>, ExprId)> {
    let known = cx.model.channel_of(body, channel)?;
    let mut makes = known.uses.iter().filter(|use_| matches!(use_.kind, ChanUseKind::Make(_)));
    let (make, None) = (makes.next()?, makes.next()) else { return None };
    if make.kind != ChanUseKind::Make(Some(0)) {
        return None;
    }
    let home = cx.body(make.body);
    Some((home, made_by(cx, home, make.expr)?))
}

/// The call of `make` that a name is initialised or assigned with.
fn made_by(cx: &Cx<'_>, body: BodyCx<'_>, name: ExprId) -> Option<ExprId> {
    if let Some(local) = body.local(name)
        && body.local_info(local).ident == name
    {
        return Some(body.ast.unparen(body.local_info(local).init?.0));
    }
    let parents = cx.model.parents(body.id);
    let value = parents.ancestors(name).find_map(|node| match node {
        NodeRef::Expr(above) => match body.ast.expr(above) {
            Expr::KeyValue { value, .. } => Some(Some(value)),
            _ => None,
        },
        NodeRef::Stmt(stmt) => Some(match body.ast.stmt(stmt) {
            Stmt::Assign { rhs, .. } if rhs.len() == 1 => body.ast.list(rhs).next(),
            _ => None,
        }),
        NodeRef::Clause(_) => Some(None),
    });
    Some(body.ast.unparen(value??))
}
