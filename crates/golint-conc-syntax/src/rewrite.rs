//! Text of the same length that the grammar accepts, for valid Go that it does not.
//!
//! tree-sitter-go 0.25 takes `new` and `make` for keywords whose first argument is a type, and knows no type
//! parameters on methods. Here `new(f(x))` becomes `neW(f(x))` and `func (r R) N[T any](t T)` becomes
//! `func (r R) N       (t T)`; names are read from the original text when the tree is lowered, so that nothing moves
//! and nothing is lost but the constraints.

/// The rewritten text, where there is anything to rewrite.
pub(crate) fn rewrite(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = text.to_vec();
    let mut changed = rename_calls(text, &mut out);
    changed |= blank_method_type_params(text, &mut out);
    changed.then_some(out)
}

/// Gives `new(` and `make(` a name that is no keyword, unless the first argument can only be a type.
fn rename_calls(text: &[u8], out: &mut [u8]) -> bool {
    let mut changed = false;
    for word in [&b"new"[..], b"make"] {
        for at in memchr::memmem::find_iter(text, word) {
            let end = at + word.len();
            let is_whole = !text[..at].last().is_some_and(|&b| is_word(b) || b == b'.')
                && !text.get(end).is_some_and(|&b| is_word(b));
            if !is_whole {
                continue;
            }
            let rest = text[end..].trim_ascii_start();
            let is_type = rest.strip_prefix(b"(").is_some_and(|arg| starts_type(arg.trim_ascii_start()));
            if !is_type {
                out[end - 1] = out[end - 1].to_ascii_uppercase();
                changed = true;
            }
        }
    }
    changed
}

/// Whether an argument begins as only a type does: `chan`, `map`, `struct`, `interface`, `func` followed by no block,
/// `[]` or `*[`.
fn starts_type(arg: &[u8]) -> bool {
    [&b"chan"[..], b"map[", b"struct{", b"struct {", b"interface{", b"[", b"<-chan"]
        .iter()
        .any(|word| arg.starts_with(word))
}

/// Blanks `[T any]` between a method's name and its parameters.
fn blank_method_type_params(text: &[u8], out: &mut [u8]) -> bool {
    let Some(rest) = text.strip_prefix(b"func") else { return false };
    let mut pos = text.len() - rest.trim_ascii_start().len();
    if text.get(pos) != Some(&b'(') {
        return false;
    }
    let Some(recv_end) = close(text, pos) else { return false };
    pos = recv_end;
    while text.get(pos).is_some_and(|&b| b.is_ascii_whitespace() || is_word(b)) {
        pos += 1;
    }
    if text.get(pos) != Some(&b'[') {
        return false;
    }
    let Some(end) = close(text, pos) else { return false };
    for byte in &mut out[pos..end] {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
    true
}

/// The offset behind the bracket that closes the one at `open`.
fn close(text: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, byte) in text.iter().enumerate().skip(open) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || 0x80 <= byte
}
