//! See `rules/signal-notify-unbuffered.md`.

use golint_conc_semantic::BodyCx;
use golint_conc_syntax::ast::{Expr, ExprId};
use golint_conc_syntax::{Signals, Span};

use crate::diagnostic::{Applicability, Edit, Finding, Place, Replacement, Step};
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: SignalNotifyUnbuffered = SignalNotifyUnbuffered;

pub(crate) struct SignalNotifyUnbuffered;

struct Unbuffered {
    place: Place,
    make: Place,
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

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for call in cx.model.calls(body.id).iter() {
            if !call.callee.is_func("os/signal", &["Notify"]) {
                continue;
            }
            let Some(&channel) = body.args(call.expr).first() else { continue };
            let Some(make) = unbuffered_make(cx, body, channel) else { continue };
            report.add(&Unbuffered {
                place: cx.expr_place(body, call.expr),
                make: cx.expr_place(body, make),
                channel: body.text(channel).to_owned(),
            });
        }
    }
}

/// The `make(chan T)` that surely made the channel.
fn unbuffered_make(cx: &Cx<'_>, body: BodyCx<'_>, channel: ExprId) -> Option<ExprId> {
    let value = match body.local(channel) {
        Some(local) if !cx.model.is_reassigned(body, local) => body.local_info(local).init?.0,
        Some(_) => return None,
        None => channel,
    };
    let value = body.ast.unparen(value);
    let Expr::Call { args, .. } = body.ast.expr(value) else { return None };
    (body.callee(value).is_builtin("make") && args.len() == 1).then_some(value)
}
