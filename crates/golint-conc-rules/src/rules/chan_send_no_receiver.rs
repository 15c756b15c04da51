//! See `rules/chan-send-no-receiver.md`.

use golint_conc_concurrency::{ChanKey, ChanUseKind, Channel, StuckSend};
use golint_conc_semantic::BodyCx;
use golint_conc_syntax::Signals;
use golint_conc_syntax::ast::{Expr, ExprId};
use golint_conc_syntax::visit::NodeRef;

use crate::diagnostic::{Confidence, Finding, Place, Step};
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: ChanSendNoReceiver = ChanSendNoReceiver;

pub(crate) struct ChanSendNoReceiver;

struct NoReceiver {
    send: Place,
    make: Place,
    receiver: Option<Place>,
    channel: String,
    capacity: i128,
    is_local: bool,
    is_partial: bool,
    /// Whether it is in a function of a fake that a test makes, which the test may well mean never to be called.
    is_fake: bool,
}

impl Finding for NoReceiver {
    fn message(&self) -> String {
        let channel = &self.channel;
        match (self.receiver, self.capacity) {
            (None, 0) => format!("send on `{channel}` blocks for ever: nothing receives from it"),
            (None, n) => {
                format!(
                    "send on `{channel}` blocks for ever once its buffer of {n} is full: nothing receives from it"
                )
            }
            (Some(_), _) => {
                format!("send on `{channel}` blocks for ever: what receives from it comes after the send")
            }
        }
    }

    fn primary(&self) -> Place {
        self.send
    }

    fn steps(&self) -> Vec<Step> {
        let made = match self.capacity {
            0 => "the channel is made without a buffer".to_owned(),
            n => format!("the channel is made with room for {n}"),
        };
        let mut steps = vec![step(self.make, 0, made), step(self.send, 0, "the send waits for a receiver")];
        match self.receiver {
            Some(receiver) => steps.push(step(receiver, 0, "the first receiver, which is never reached")),
            None if self.is_local => steps[1].text.push_str("; the channel does not leave the function"),
            None => steps[1].text.push_str("; the package mentions the channel nowhere else"),
        }
        steps
    }

    fn help(&self) -> Option<String> {
        Some(match self.receiver {
            Some(_) => "start the receiver first, send in a goroutine, or give the channel room".into(),
            None => "receive from the channel, or remove the send".into(),
        })
    }

    fn confidence(&self) -> Confidence {
        match (self.is_local, self.capacity) {
            _ if self.is_fake => Confidence::Low,
            (true, _) => Confidence::High,
            (false, 0) if !self.is_partial => Confidence::Medium,
            // Nobody may ever send more than there is room for, or a file for another system may receive.
            (false, _) => Confidence::Low,
        }
    }
}

impl Rule for ChanSendNoReceiver {
    fn id(&self) -> &'static str {
        "chan-send-no-receiver"
    }

    fn gates(&self) -> &'static [Signals] {
        &[]
    }

    fn wants_channels(&self) -> bool {
        true
    }

    fn channel(&self, cx: &Cx<'_>, channel: &Channel, report: &mut Report<'_>) {
        let Some(StuckSend { send, receiver }) = cx.model.stuck_send(channel) else { return };
        let make = channel.uses.iter().find(|use_| matches!(use_.kind, ChanUseKind::Make(_)));
        let (Some(make), Some(capacity)) = (make, channel.capacity()) else { return };
        let body = cx.body(send.body);
        let stmt = cx.model.parents(send.body).enclosing_stmt(send.expr);
        report.add(&NoReceiver {
            send: stmt.map_or_else(|| cx.expr_place(body, send.expr), |stmt| cx.stmt_place(body, stmt)),
            make: cx.expr_place(cx.body(make.body), make.expr),
            receiver: receiver.map(|receiver| cx.expr_place(cx.body(receiver.body), receiver.expr)),
            channel: body.text(cx.model.operand(&send)).to_owned(),
            capacity,
            is_local: matches!(channel.key, ChanKey::Local(..)),
            is_partial: cx.pkg.is_partial,
            is_fake: cx.is_test(send.body) && (is_in_field(cx, body, send.expr) || is_in_mock(body)),
        });
    }
}

/// Whether a function is a method of a type that stands for another in tests, as its name tells.
fn is_in_mock(body: BodyCx<'_>) -> bool {
    let recv = body.pkg.body_decl(body.id).recv.map(|recv| recv.as_str().to_ascii_lowercase());
    recv.is_some_and(|recv| ["mock", "fake", "stub"].iter().any(|word| recv.contains(word)))
}

/// Whether an expression is in a function literal that is the value of a field.
fn is_in_field(cx: &Cx<'_>, body: BodyCx<'_>, expr: ExprId) -> bool {
    let parents = cx.model.parents(body.id);
    let literal = cx.model.func_of(body.id, expr).lit;
    matches!(literal.and_then(|literal| parents.parent(literal)), Some(NodeRef::Expr(above))
        if matches!(body.ast.expr(above), Expr::KeyValue { .. }))
}
