//! Imports that edits need, or leave without use.

use golint_conc_semantic::{BodyCx, guess_name};
use golint_conc_syntax::{Import, SourceFile, Span, Symbol, tokens};

use crate::diagnostic::Replacement;
use crate::edits::{code_len, deletion, line_at, replace};
use crate::rule::Cx;

/// The name by which code in a body can call a package, and what adds the import where it is
/// missing; nothing where something else has that name.
pub(crate) fn name_of(cx: &Cx<'_>, body: BodyCx<'_>, path: &str) -> Option<(String, Option<Replacement>)> {
    let source = &cx.pkg.files[body.file].source;
    let imports = &source.outline().imports;
    let mut own = imports.iter().filter(|import| import.path == path).map(name);
    let own = own.find(|name| name != "_" && name != ".");
    let wanted = own.clone().unwrap_or_else(|| guess_name(path).to_owned());
    let is_hidden = body.locals().any(|(_, local)| local.name.as_str() == wanted);
    if is_hidden {
        return None;
    }
    if own.is_some() {
        return Some((wanted, None));
    }
    let is_taken =
        imports.iter().any(|import| name(import) == wanted) || cx.pkg.lookup(Symbol::new(&wanted)).is_some();
    let (span, text) = addition(source, path)?;
    (!is_taken).then(|| (wanted, Some(replace(cx, body, span, text))))
}

fn name(import: &Import) -> String {
    import.name.map_or_else(|| guess_name(import.path.as_str()).to_owned(), |name| name.to_string())
}

/// Where an import goes so that a group stays sorted, and the text to put there.
fn addition(source: &SourceFile, path: &str) -> Option<(Span, String)> {
    let outline = source.outline();
    let text = source.text();
    let usable: Vec<_> = outline.imports.iter().filter(|import| import.path != "C").collect();
    let host = |path: &str| path.split('/').next().filter(|first| first.contains('.')).map(str::to_owned);
    let is_alike = |import: &Import| host(import.path.as_str()) == host(path);
    let in_group: Vec<_> = usable
        .iter()
        .filter(|import| {
            let line = line_at(source, import.span.start);
            Span::new(line.start, import.span.start).slice(text).iter().all(u8::is_ascii_whitespace)
        })
        .collect();
    if let Some(first) = in_group.iter().find(|import| is_alike(import)).or(in_group.first()) {
        let line = |import: &Import| source.lines().line(import.span.start);
        let start = in_group.iter().position(|import| line(import) == line(first))?;
        // The lines that follow each other are sorted together.
        let run = in_group[start..].windows(2).take_while(|pair| line(pair[1]) == line(pair[0]) + 1).count();
        let group = &in_group[start..=start + run];
        let before = group.iter().rev().find(|import| import.path.as_str() < path);
        return Some(match before {
            Some(import) => {
                let line = line_at(source, import.span.start);
                let blanks = Span::new(line.start, import.span.start).slice(text);
                let text = format!("\n{}\"{path}\"", String::from_utf8_lossy(blanks));
                (Span::new(line.end, line.end), text)
            }
            None => {
                let at = first.span.start;
                let blanks = Span::new(line_at(source, at).start, at).slice(text);
                let text = format!("\"{path}\"\n{}", String::from_utf8_lossy(blanks));
                (Span::new(at, at), text)
            }
        });
    }
    if let [only] = outline.imports.as_slice()
        && usable.len() == 1
    {
        let line = line_at(source, only.span.start);
        let start = Span::new(line.start, only.span.start).slice(text);
        let is_plain = start == b"import " && line.end == only.span.end;
        let spec = String::from_utf8_lossy(only.span.slice(text)).into_owned();
        let added = format!("\"{path}\"");
        let (a, b) = if only.path.as_str() < path { (spec, added) } else { (added, spec) };
        if is_plain {
            return Some((line, format!("import (\n\t{a}\n\t{b}\n)")));
        }
    }
    if let Some(last) = outline.imports.last() {
        // A group without a line for each, or with `import "C"` alone, whose comment must stay with it.
        let mut line = source.lines().line(last.span.end);
        let is_closed = |line: u32| {
            let span = source.lines().line_span(text, line);
            let code = &span.slice(text)[..code_len(span.slice(text))];
            code.ends_with(b")") || code.starts_with(b"import") && !code.ends_with(b"(")
        };
        while !is_closed(line) && line < source.lines().line_count() {
            line += 1;
        }
        let end = source.lines().line_span(text, line).end;
        return Some((Span::new(end, end), format!("\n\nimport \"{path}\"")));
    }
    let (_, package) = outline.package?;
    let end = line_at(source, package.end).end;
    Some((Span::new(end, end), format!("\n\nimport \"{path}\"")))
}

/// The imports, as what to delete of `source`, that are used before the replacements and no longer after them.
pub(crate) fn lost<'a>(
    source: &SourceFile,
    replacements: impl Iterator<Item = (Span, &'a str)>,
) -> Vec<Span> {
    let mut replacements: Vec<_> = replacements.collect();
    replacements.sort_unstable();
    let imports = &source.outline().imports;
    // Only what mentions a package can have been its last use.
    let removed: Vec<&[u8]> = replacements.iter().map(|(span, _)| span.slice(source.text())).collect();
    let may_be_lost = |import: &&Import| {
        let name = name(import);
        removed.iter().any(|text| memchr::memmem::find(text, name.as_bytes()).is_some())
    };
    let suspects: Vec<_> = imports.iter().filter(may_be_lost).collect();
    if suspects.is_empty() {
        return Vec::new();
    }
    let mut after = Vec::new();
    let mut done = 0;
    for (span, text) in &replacements {
        after.extend_from_slice(Span::new(done, span.start).slice(source.text()));
        after.extend_from_slice(text.as_bytes());
        done = span.end;
    }
    after.extend_from_slice(Span::new(done, source.text().len() as u32).slice(source.text()));
    let lost = suspects.into_iter().filter(|import| {
        let name = name(import);
        uses(source.text(), &name) && !uses(&after, &name)
    });
    lost.map(|import| without(source, import)).collect()
}

/// The imports, as what to delete of `after`, that `before` uses and `after` does not.
pub fn unused_imports(before: &SourceFile, after: &SourceFile) -> Vec<Span> {
    let unused = after.outline().imports.iter().filter(|import| {
        let name = name(import);
        uses(before.text(), &name) && !uses(after.text(), &name)
    });
    unused.map(|import| without(after, import)).collect()
}

/// Whether `name.` occurs where it is not itself selected from something.
fn uses(text: &[u8], name: &str) -> bool {
    let mut before: [&[u8]; 2] = [b"", b""];
    tokens(text).any(|token| {
        let token = token.slice(text);
        let [first, second] = before;
        before = [second, token];
        token == b"." && second == name.as_bytes() && first != b"."
    })
}

/// What to delete so that an import is gone, with its declaration if that has no other.
fn without(source: &SourceFile, import: &Import) -> Span {
    let text = source.text();
    let line = line_at(source, import.span.start);
    let is_single = Span::new(line.start, import.span.start).slice(text).trim_ascii() == b"import";
    if is_single {
        return deletion(source, Span::new(line.start, import.span.end));
    }
    let before = Span::new(0, import.span.start).slice(text).trim_ascii_end();
    let rest = Span::new(import.span.end, text.len() as u32).slice(text);
    let gap = rest.len() - rest.trim_ascii_start().len();
    let is_only = before.last() == Some(&b'(') && rest.get(gap) == Some(&b')');
    let head = before.strip_suffix(b"(").map(<[u8]>::trim_ascii_end);
    match head.and_then(|head| head.strip_suffix(b"import")) {
        Some(head) if is_only => {
            deletion(source, Span::new(head.len() as u32, import.span.end + gap as u32 + 1))
        }
        _ => deletion(source, import.span),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> SourceFile {
        SourceFile::new(text.as_bytes().to_vec())
    }

    #[test]
    fn imports_are_added_where_gofmt_wants_them() {
        for (before, after) in [
            ("package p\n\nfunc f() {}\n", "package p\n\nimport \"time\"\n\nfunc f() {}\n"),
            ("package p\n\nimport \"net/http\"\n", "package p\n\nimport (\n\t\"net/http\"\n\t\"time\"\n)\n"),
            ("package p\n\nimport \"unsafe\"\n", "package p\n\nimport (\n\t\"time\"\n\t\"unsafe\"\n)\n"),
            (
                "package p\n\nimport (\n\t\"a.b/c\"\n\n\t\"net/http\" // why\n\t\"unsafe\"\n)\n",
                "package p\n\nimport (\n\t\"a.b/c\"\n\n\t\"net/http\" // why\n\t\"time\"\n\t\"unsafe\"\n)\n",
            ),
            (
                "package p\n\nimport (\n\t// why\n\t\"unsafe\"\n\n\t\"a.b/c\"\n)\n",
                "package p\n\nimport (\n\t// why\n\t\"time\"\n\t\"unsafe\"\n\n\t\"a.b/c\"\n)\n",
            ),
            (
                "package p\n\n// x\nimport \"C\"\n\nvar x int\n",
                "package p\n\n// x\nimport \"C\"\n\nimport \"time\"\n\nvar x int\n",
            ),
            (
                "package p\n\nimport (\"net/http\"; \"os\")\n",
                "package p\n\nimport (\"net/http\"; \"os\")\n\nimport \"time\"\n",
            ),
        ] {
            let (span, text) = addition(&source(before), "time").expect("a place");
            let mut new = before.to_owned();
            new.replace_range(std::ops::Range::<usize>::from(span), &text);
            assert_eq!(new, after);
        }
    }

    #[test]
    fn imports_without_use_go() {
        for (before, after) in [
            ("package p\n\nimport \"time\"\n\nvar x = time.Now()\n", "package p\n\nvar x = 1\n"),
            ("package p\n\nimport (\n\t\"time\"\n)\n\nvar x = time.Now()\n", "package p\n\nvar x = 1\n"),
            (
                "package p\n\nimport (\n\t\"os\"\n\n\t\"time\"\n)\n\nvar x = time.Now()\nvar y = os.Args // time.X\n",
                "package p\n\nimport (\n\t\"os\"\n)\n\nvar x = 1\nvar y = os.Args // time.X\n",
            ),
            (
                "package p\n\nimport \"time\"\n\nvar x = time.Now()\nvar y = time.Now\n",
                "package p\n\nimport \"time\"\n\nvar x = 1\nvar y = time.Now\n",
            ),
            (
                "package p\n\nimport \"time\"\n\nvar x = time.Now()\nvar y = a.time.Now\n",
                "package p\n\nvar x = 1\nvar y = a.time.Now\n",
            ),
        ] {
            let file = source(before);
            let at = before.find("time.Now()").expect("there") as u32;
            let own = (Span::new(at, at + 10), "1");
            let mut all: Vec<_> = lost(&file, [own].into_iter()).into_iter().map(|span| (span, "")).collect();
            all.push(own);
            let mut new = before.to_owned();
            for (span, text) in all.into_iter().rev() {
                new.replace_range(std::ops::Range::<usize>::from(span), text);
            }
            assert_eq!(new, after);
            let changed = source(&before.replace("time.Now()", "1"));
            let mut new = before.replace("time.Now()", "1");
            for span in unused_imports(&file, &changed).into_iter().rev() {
                new.replace_range(std::ops::Range::<usize>::from(span), "");
            }
            assert_eq!(new, after);
        }
    }
}
