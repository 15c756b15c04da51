//! What the words in a package tell of its channels, so that most places that mention one are never parsed.

use golint_conc_semantic::ObjKind;
use golint_conc_syntax::{Signals, Symbol, Token, Tokens, is_word_byte, last_word, tokens};
use memchr::memmem;
use rustc_hash::FxHashSet;

use crate::model::Model;
use crate::words::Words;

/// Names of channels.
#[derive(Debug, Default)]
pub(crate) struct ChanNames {
    /// What is sent on or handed to `signal.Notify`, locals too.
    sent: FxHashSet<Symbol>,
    /// Fields that some place receives from or hands on. Each is a field of one type at most, and no method, so that the
    /// place means that field.
    taken: FxHashSet<Symbol>,
}

impl ChanNames {
    /// Whether something of this name is sent on.
    pub(crate) fn is_sent(&self, name: Symbol) -> bool {
        self.sent.contains(&name)
    }

    /// Whether some place surely receives from the field of this name or hands it on.
    pub(crate) fn is_taken(&self, field: Symbol) -> bool {
        self.taken.contains(&field)
    }
}

impl Model<'_> {
    /// The names of the package's channels that are sent on or received from.
    pub(crate) fn channel_names(&self) -> &ChanNames {
        self.channel_names.get_or_init(|| {
            let sent = self.find_sent();
            let taken = self.find_taken(&sent);
            ChanNames { sent, taken }
        })
    }

    fn find_sent(&self) -> FxHashSet<Symbol> {
        let senders = self.bodies_with(&[Signals::CHAN, Signals::SIGNAL]);
        let names = senders.iter().flat_map(|&id| sent_names(self.pkg.body_text(id)));
        names.filter_map(|name| std::str::from_utf8(name).ok()).map(Symbol::new).collect()
    }

    fn find_taken(&self, sent: &FxHashSet<Symbol>) -> FxHashSet<Symbol> {
        let finder = Words::new(sent.iter().copied());
        let (mut declared, mut ambiguous) = (FxHashSet::default(), FxHashSet::default());
        for (_, object) in self.pkg.objects().filter(|(_, object)| object.kind == ObjKind::Type) {
            let text = self.pkg.object_text(object);
            let here: FxHashSet<_> = finder.find_iter(text).map(|(_, name)| name).collect();
            ambiguous.extend(here.iter().copied().filter(|&name| !declared.insert(name)));
        }
        ambiguous
            .extend(self.pkg.bodies().filter(|(_, decl)| decl.recv.is_some()).map(|(_, decl)| decl.name));
        let mut taken = FxHashSet::default();
        for id in self.pkg.bodies_naming_one_of(sent.iter().copied()) {
            let text = self.pkg.body_text(id);
            let mut tokens = None;
            for (start, name) in finder.find_iter(text) {
                if text[..start].last() != Some(&b'.') {
                    // A field of a type without a name, or of one that a function declares.
                    let rest = text[start + name.as_str().len()..].trim_ascii_start();
                    if rest.starts_with(b"chan") || rest.starts_with(b"<-chan") {
                        ambiguous.insert(name);
                    }
                } else if !taken.contains(&name) && !ambiguous.contains(&name) {
                    let tokens = tokens.get_or_insert_with(|| Tokens::new(text));
                    if tokens.at_offset(start).is_some_and(|at| takes(tokens, at)) {
                        taken.insert(name);
                    }
                }
            }
        }
        taken.retain(|name| !ambiguous.contains(name));
        taken
    }
}

/// The names of what is sent on in a text, as `ch` in `s.ch <- v`, or handed to `Notify`.
pub(crate) fn sent_names(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    const NOTIFY: &[u8] = b"Notify(";
    let sent = memmem::find_iter(text, b"<-").map(|at| last_word(text[..at].trim_ascii_end()));
    let notified = memmem::find_iter(text, NOTIFY).map(|at| {
        // Comments may stand before the channel.
        let rest = &text[at + NOTIFY.len()..];
        let words = tokens(rest).map(|token| token.slice(rest));
        let path = words.take_while(|word| *word == b"." || word.first().copied().is_some_and(is_word_byte));
        path.last().unwrap_or_default()
    });
    sent.chain(notified)
        .filter(|name| !matches!(*name, b"" | b"chan" | b"case" | b"return" | b"range" | b"if" | b"switch"))
}

/// Whether a send on a variable of this name may wait for ever, as far as the text of its function tells. Not if some
/// place hands the channel on, nor if what receives from it stands before all sends of the function that makes it: those
/// of goroutines may still be left alone where their receiver waits for a context too.
pub(crate) fn may_be_stuck(tokens: &Tokens<'_>, name: &[u8]) -> bool {
    let literals = tokens.func_literals();
    let home = |at: usize| literals.iter().filter(|literal| literal.contains(&at)).map(|l| l.start).max();
    let mut made: Vec<Option<usize>> = Vec::new();
    let (mut sends, mut first_receive, mut waits_for_context) = (Vec::new(), None, false);
    for at in (0..tokens.len()).filter(|&at| tokens.token(at) == Token::Word) {
        let word = tokens.word(at);
        waits_for_context |= word == b"Done" && tokens.is_punct(at + 1, b'(');
        if word != name || tokens.before(at) == Token::Punct(b'.') {
            continue;
        }
        let is_received = tokens.before(at) == Token::Arrow
            || at.checked_sub(1).is_some_and(|at| tokens.word(at) == b"range");
        match tokens.token(at + 1) {
            Token::Arrow => sends.push(at),
            _ if is_received => first_receive = first_receive.or(Some(at)),
            Token::Punct(b':') if tokens.is_punct(at + 2, b'=') => made.push(home(at)),
            _ if takes(tokens, at) => return false,
            _ => {}
        }
    }
    let Some(first_receive) = first_receive else { return true };
    waits_for_context
        || made.len() != 1
        || sends.iter().any(|&send| send < first_receive && home(send) == made[0])
}

/// Whether the selected name at a position is that of a channel which is received from, or handed on as a value.
fn takes(tokens: &Tokens<'_>, at: usize) -> bool {
    let start = tokens.chain_start(at);
    let word = |back: usize| start.checked_sub(back).map_or(&b""[..], |at| tokens.word(at));
    let next = tokens.token(at + 1);
    match tokens.before(start) {
        Token::Arrow => matches!(next, Token::Semi | Token::Punct(b',' | b')' | b'}' | b':' | b'{')),
        Token::Word => match word(1) {
            b"return" => matches!(next, Token::Semi | Token::Punct(b',' | b'}')),
            b"range" => next == Token::Punct(b'{'),
            _ => false,
        },
        Token::Punct(b'(') => {
            let is_call = !matches!(
                word(2),
                b"" | b"close" | b"len" | b"cap" | b"if" | b"switch" | b"return" | b"case"
            );
            is_call && matches!(next, Token::Punct(b',' | b')'))
        }
        Token::Punct(b'=') => {
            let is_comparison = start
                .checked_sub(2)
                .is_none_or(|at| matches!(tokens.token(at), Token::Punct(b'=' | b'!' | b'<' | b'>')));
            !is_comparison && next == Token::Semi
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_where_a_value_leaves_it() {
        let takes = |text: &str| {
            let tokens = Tokens::new(text.as_bytes());
            (0..tokens.len()).filter(|&at| tokens.word(at) == b"ch").any(|at| takes(&tokens, at))
        };
        for text in [
            "<-s.ch",
            "case v, ok := <-s.ch:",
            "for v := range s.in.ch {",
            "return s.ch",
            "use(s.ch)",
            "use(s.ch, 1)",
            "x := s.ch",
            "done <- s.ch",
        ] {
            assert!(takes(text), "{text}");
        }
        for text in [
            "s.ch <- v",
            "close(s.ch)",
            "if s.ch == nil {",
            "if nil != s.ch {",
            "s.ch = make(chan int)",
            "s.ch, s.n = nil, 1",
            "<-s.ch.x",
            "<-s.ch()",
            "len(s.ch)",
            "// <-s.ch",
            "<-ch.x",
        ] {
            assert!(!takes(text), "{text}");
        }
    }

    #[test]
    fn a_send_may_be_stuck_unless_a_receive_comes_first_or_the_channel_goes_away() {
        for (text, may) in [
            ("ch := make(chan int)\nch <- 1\n<-ch", true),
            ("ch := make(chan int)\ngo func() { ch <- 1 }()\n", true),
            ("ch := make(chan int)\ngo func() { ch <- 1 }()\n<-ch", false),
            ("ch := make(chan int)\ngo func() { <-ch }()\nch <- 1", false),
            (
                "ch := make(chan int)\ngo func() { ch <- 1 }()\nselect {\ncase <-ch:\ncase <-ctx.Done():\n}",
                true,
            ),
            ("ch := make(chan int)\nch <- 1\nuse(ch)", false),
            ("ch := make(chan int, 1)\nch <- 1\nfor range ch {\n}", true),
            ("f := func() (x struct{ a int }) { ch := make(chan int)\nch <- 1\n<-ch\nreturn }", true),
            ("ch := make(chan int)\nf := func() int { ch <- 1\nreturn 2 }\nfor v := range ch {\n}", false),
        ] {
            assert_eq!(may_be_stuck(&Tokens::new(text.as_bytes()), b"ch"), may, "{text}");
        }
    }

    #[test]
    fn what_is_sent_on_has_a_name() {
        let text = b"s.ch <- 1; <-in; case out<-2: signal.Notify( // why\n\ts.signals,\n\tos.Interrupt)";
        assert_eq!(sent_names(text).collect::<Vec<_>>(), [&b"ch"[..], b"out", b"signals"]);
    }
}
