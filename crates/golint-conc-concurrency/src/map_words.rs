//! Which bodies may write a map, as far as their text tells, so that no other is followed to a write.

use golint_conc_semantic::{BodyId, ObjKind};
use golint_conc_syntax::{Symbol, find_word, is_word_byte, last_word};
use memchr::{memchr_iter, memmem};
use rustc_hash::FxHashMap;

use crate::model::Model;

/// Calls that write a map that they are given.
const WRITERS: [&str; 5] = ["delete(", "clear(", "maps.Copy(", "maps.DeleteFunc(", "maps.Insert("];

impl Model<'_> {
    /// Whether a body may come to a place that writes a map.
    pub fn may_write_map(&self, body: BodyId) -> bool {
        let find = || {
            let mut fields = FxHashMap::default();
            let bodies = self.pkg.bodies().map(|(id, _)| id);
            self.bodies_that_reach(bodies.filter(|&id| self.writes_map(id, &mut fields)).collect())
        };
        self.map_writers.get_or_init(find)[body.index()]
    }

    /// Whether a body itself may write a map; `fields` remembers which names may be those of maps in fields or
    /// package-level variables.
    fn writes_map(&self, body: BodyId, fields: &mut FxHashMap<Symbol, bool>) -> bool {
        let text = self.pkg.body_text(body);
        let mut may_be_map = |open: usize| {
            let name = last_word(&text[..open]);
            let before = &text[..open - name.len()];
            if name.is_empty() {
                // Elements of elements have no name.
                return before.ends_with(b")");
            }
            let name = Symbol::new(&String::from_utf8_lossy(name));
            if !before.ends_with(b".")
                && let Some(is_map) = may_hold_map(text, name)
            {
                return is_map;
            }
            *fields.entry(name).or_insert_with(|| self.may_be_declared_as_map(name))
        };
        memchr_iter(b']', text)
            .any(|close| is_written(&text[close + 1..]) && opening(text, close).is_none_or(&mut may_be_map))
            || WRITERS.iter().any(|call| memmem::find(text, call.as_bytes()).is_some())
    }

    /// Whether a field or package-level variable of this name may be a map; true where none is declared here.
    fn may_be_declared_as_map(&self, name: Symbol) -> bool {
        let declared = self.pkg.objects().filter(|(_, object)| match object.kind {
            ObjKind::Type => true,
            ObjKind::Var => object.name == name,
            ObjKind::Const | ObjKind::Func(_) => false,
        });
        let answers = declared.filter_map(|(_, object)| may_hold_map(self.pkg.object_text(object), name));
        answers.reduce(|one, other| one || other).unwrap_or(true)
    }
}

/// Whether what stands behind an element writes it.
fn is_written(behind: &[u8]) -> bool {
    let behind = behind.strip_prefix(b" ").unwrap_or(behind);
    let line = || behind.split(|&byte| byte == b'\n').next().unwrap_or_default();
    match behind {
        [b'=', b'=', ..] => false,
        [b'=', ..] | [b'+', b'+', ..] | [b'-', b'-', ..] => true,
        [b',', ..] => memmem::find(line(), b" = ").is_some(),
        [b'&', b'^', b'=', ..] | [b'<', b'<', b'=', ..] | [b'>', b'>', b'=', ..] => true,
        [b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^', b'=', ..] => true,
        _ => false,
    }
}

/// Where the bracket opens that closes at an offset; none where it is not on the same line.
fn opening(text: &[u8], close: usize) -> Option<usize> {
    let mut depth = 0_u32;
    for at in (0..=close).rev() {
        match text[at] {
            b']' => depth += 1,
            b'[' if depth == 1 => return Some(at),
            b'[' => depth -= 1,
            b'\n' | b'"' | b'`' | b'\'' => return None,
            _ => {}
        }
    }
    None
}

/// Whether a name that a text declares may be that of a map; none where the text does not declare it.
fn may_hold_map(text: &[u8], name: Symbol) -> Option<bool> {
    let answers = find_word(text, name).filter(|&at| text[..at].last() != Some(&b'.')).filter_map(|at| {
        let rest = &text[at + name.as_str().len()..];
        let rest = behind_names(rest);
        let is_declared_of = rest.first() == Some(&b' ');
        match rest.trim_ascii_start() {
            _ if !is_declared_of => None,
            [b':', b'=', made @ ..] => Some(!is_list(made.trim_ascii_start())),
            [b'=', made @ ..] if is_list(made.trim_ascii_start()) => Some(false),
            [b'=', made @ ..] => makes_map(made.trim_ascii_start()).then_some(true),
            [b'[' | b'.', ..] => Some(false),
            [b'*', ..] => Some(true),
            [first, ..] if is_word_byte(*first) => Some(true),
            _ => None,
        }
    });
    answers.reduce(|one, other| one || other)
}

/// What stands behind a list of names, of which the first has been read.
fn behind_names(mut rest: &[u8]) -> &[u8] {
    while let Some(next) = rest.strip_prefix(b", ") {
        let len = next.iter().take_while(|&&byte| is_word_byte(byte)).count();
        if len == 0 {
            break;
        }
        rest = &next[len..];
    }
    rest
}

/// Whether a value is a slice or array, by how it begins.
fn is_list(value: &[u8]) -> bool {
    [&b"["[..], b"make([", b"append(", b"&["].iter().any(|start| value.starts_with(start))
}

fn makes_map(value: &[u8]) -> bool {
    [&b"map["[..], b"make("].iter().any(|start| value.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_told_by_what_follows() {
        for behind in [" = 1", "++", "--", " += x", " |= x", " &^= x", " <<= 1", ", err = f()"] {
            assert!(is_written(behind.as_bytes()), "{behind}");
        }
        for behind in [" == 1", "", ")", ".x = 1", ", b)", " + 1", " < 2", " {"] {
            assert!(!is_written(behind.as_bytes()), "{behind}");
        }
    }

    #[test]
    fn a_bracket_is_found_on_its_line() {
        let text = b"m[a[i]] = 1";
        assert_eq!(opening(text, 6), Some(1));
        assert_eq!(opening(b"m[\"]\"] = 1", 5), None);
        assert_eq!(opening(b"m[\n1] = 1", 4), None);
    }

    #[test]
    fn what_is_declared_tells_maps_from_lists() {
        let w = Symbol::new("w");
        for (text, is_map) in [
            ("w := make([]int, 3)", Some(false)),
            ("func f(w []int) {", Some(false)),
            ("func f(w, v [4]int) {", Some(false)),
            ("func f(w ...int) {", Some(false)),
            ("var w []int", Some(false)),
            ("\tw [8]block\n", Some(false)),
            ("w := &[2]int{}", Some(false)),
            ("w := map[string]int{}", Some(true)),
            ("w := load()", Some(true)),
            ("w, err := load()", Some(true)),
            ("func f(w Header) {", Some(true)),
            ("func f(w *sync.Map) {", Some(true)),
            ("var w map[string]int", Some(true)),
            ("w := []int{}; { w := load() }", Some(true)),
            ("w[1] = 2", None),
            ("f(w)", None),
            ("x.w = nil", None),
            ("w = nil", None),
        ] {
            assert_eq!(may_hold_map(text.as_bytes(), w), is_map, "{text}");
        }
    }
}
