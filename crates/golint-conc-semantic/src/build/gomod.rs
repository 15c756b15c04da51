//! Readers of `go.mod` and `go.work`: only what decides which packages there are and how they are read.

use super::LangVersion;

/// What is wrong with a `go.mod` or `go.work` file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct ModError {
    /// The 1-based line.
    pub line: u32,
    /// What is wrong there.
    pub what: String,
}

/// A `replace` directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replace {
    /// The module that is replaced.
    pub old: String,
    /// Only this version of it.
    pub old_version: Option<String>,
    /// A module path, or a folder, which begins with `./`, `../` or `/`.
    pub new: String,
    /// The version of the replacing module.
    pub new_version: Option<String>,
}

/// A `go.mod` file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoMod {
    /// The module path.
    pub module: Option<String>,
    /// The `go` line.
    pub go: Option<LangVersion>,
    /// The `toolchain` line.
    pub toolchain: Option<String>,
    /// Folders that patterns do not match: `./x` from the module's root, `x` anywhere.
    pub ignore: Vec<String>,
    /// The modules it needs, with their versions.
    pub require: Vec<(String, String)>,
    /// The replacements.
    pub replace: Vec<Replace>,
}

impl GoMod {
    /// Reads a `go.mod` file: all that can be read, and the first thing that is wrong.
    pub fn parse(text: &[u8]) -> (Self, Option<ModError>) {
        let mut file = Self::default();
        let mut error = for_each_directive(text, |verb, args| {
            match verb {
                "module" => match (&file.module, args) {
                    (Some(_), _) => return Err("a second `module` line".into()),
                    (None, [path]) => file.module = Some(path.clone()),
                    _ => return Err("`module` takes one path".into()),
                },
                "go" => file.go = Some(go_version(args)?),
                "toolchain" => file.toolchain = args.first().cloned(),
                "ignore" => match args {
                    [path] => file.ignore.push(path.clone()),
                    _ => return Err("`ignore` takes one path".into()),
                },
                "replace" => file.replace.push(replace(args)?),
                "require" => match args {
                    [path, version] => file.require.push((path.clone(), version.clone())),
                    _ => return Err("`require` takes a path and a version".into()),
                },
                _ => {}
            }
            Ok(())
        });
        if file.module.is_none() {
            error.get_or_insert(ModError { line: 1, what: "there is no `module` line".into() });
        }
        (file, error)
    }

    /// The language version of the module's files.
    pub fn lang(&self) -> LangVersion {
        self.go.unwrap_or(LangVersion::WITHOUT_GO_LINE)
    }

    /// Whether patterns pass over a folder, given by its path from the module's root with `/` between its elements.
    pub fn ignores(&self, dir: &str) -> bool {
        let slashed = |path: &str| format!("/{}/", path.trim_matches('/'));
        let dir = slashed(dir);
        self.ignore.iter().any(|pattern| match pattern.strip_prefix("./") {
            Some(prefix) => dir.starts_with(&slashed(prefix)),
            None => dir.contains(&slashed(pattern)),
        })
    }
}

/// A `go.work` file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoWork {
    /// The `go` line.
    pub go: Option<LangVersion>,
    /// The folders of the modules, from the folder of the file.
    pub uses: Vec<String>,
    /// The replacements.
    pub replace: Vec<Replace>,
}

impl GoWork {
    /// Reads a `go.work` file: all that can be read, and the first thing that is wrong.
    pub fn parse(text: &[u8]) -> (Self, Option<ModError>) {
        let mut file = Self::default();
        let error = for_each_directive(text, |verb, args| {
            match (verb, args) {
                ("go", _) => file.go = Some(go_version(args)?),
                ("use", [path]) => file.uses.push(path.clone()),
                ("use", _) => return Err("`use` takes one folder".into()),
                ("replace", args) => file.replace.push(replace(args)?),
                _ => {}
            }
            Ok(())
        });
        (file, error)
    }
}

fn go_version(args: &[String]) -> Result<LangVersion, String> {
    let [version] = args else { return Err("`go` takes one version".into()) };
    let is_digit = version.starts_with(|c: char| c.is_ascii_digit());
    LangVersion::parse(version)
        .filter(|_| is_digit && version.contains('.'))
        .ok_or_else(|| format!("`{version}` is no Go version"))
}

fn replace(args: &[String]) -> Result<Replace, String> {
    let arrow = args.iter().position(|arg| arg == "=>").ok_or("`replace` without `=>`")?;
    let side = |args: &[String]| match args {
        [path] => Ok((path.clone(), None)),
        [path, version] => Ok((path.clone(), Some(version.clone()))),
        _ => Err("`replace` takes a path and a version on both sides of `=>`".to_owned()),
    };
    let ((old, old_version), (new, new_version)) = (side(&args[..arrow])?, side(&args[arrow + 1..])?);
    Ok(Replace { old, old_version, new, new_version })
}

/// Calls `handle` with each directive, blocks taken apart; goes on behind what is wrong, and gives the first of it.
///
/// A verb that is not known, but is a word, may come from a later Go, and passes.
fn for_each_directive(
    text: &[u8],
    mut handle: impl FnMut(&str, &[String]) -> Result<(), String>,
) -> Option<ModError> {
    let text = String::from_utf8_lossy(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text));
    let mut block: Option<(String, u32)> = None;
    let mut first = None;
    for (line_number, line) in (1..).zip(text.lines()) {
        let done = words(line).and_then(|words| match (&block, words.as_slice()) {
            (_, []) => Ok(()),
            (Some(_), [only]) if only == ")" => {
                block = None;
                Ok(())
            }
            (Some((verb, _)), args) => handle(verb, args),
            (None, [verb, args @ ..]) => {
                if !verb.bytes().all(|b| b.is_ascii_lowercase()) {
                    return Err(format!("unexpected `{verb}`"));
                }
                if args == ["("] {
                    block = Some((verb.clone(), line_number));
                    return Ok(());
                }
                handle(verb, if args == ["(", ")"] { return Ok(()) } else { args })
            }
        });
        if let Err(what) = done {
            first.get_or_insert(ModError { line: line_number, what });
        }
    }
    if let Some((verb, line)) = block {
        first.get_or_insert(ModError { line, what: format!("nothing closes the block of `{verb}`") });
    }
    first
}

/// The words of a line, without quotes and comment.
fn words(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let len = match first {
            '"' | '`' => {
                let inside = &rest[1..];
                let end = inside.find(first).ok_or("nothing closes a quoted string")?;
                words.push(inside[..end].to_owned());
                end + 2
            }
            '(' | ')' => {
                words.push(first.into());
                1
            }
            _ if rest.starts_with("//") => break,
            _ => {
                let end =
                    rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')')).unwrap_or(rest.len());
                let end = rest.find("//").filter(|&at| at < end && !rest[..at].ends_with(':')).unwrap_or(end);
                words.push(rest[..end].to_owned());
                end
            }
        };
        rest = rest[len..].trim_start();
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_stand_alone_or_in_blocks() {
        let text = "// Deprecated: use v2\nmodule \"example.com/m\" // why\n\ngo 1.22.3\ntoolchain go1.23.0\n\nrequire (\n\t\
            a.b/c v1.2.3 // indirect\n)\nretract [v1.0.0, v1.0.5]\nignore ./third_party\nignore (\n\tnode_modules\n\t`web/dist`\n)\n\
            replace a.b/c => ../c\nreplace (\n\ta.b/d v1.0.0 => a.b/e v1.1.0\n)\ntool a.b/c/cmd\nsomethingnew x\nexclude ( )\n";
        let (file, error) = GoMod::parse(text.as_bytes());
        assert_eq!(error, None);
        assert_eq!(file.module.as_deref(), Some("example.com/m"));
        assert_eq!(file.lang(), LangVersion::new(1, 22));
        assert_eq!(file.toolchain.as_deref(), Some("go1.23.0"));
        assert_eq!(file.ignore, ["./third_party", "node_modules", "web/dist"]);
        let replaced: Vec<_> = file.replace.iter().map(|r| (r.old.as_str(), r.new.as_str())).collect();
        assert_eq!(replaced, [("a.b/c", "../c"), ("a.b/d", "a.b/e")]);
        assert_eq!(file.replace[1].new_version.as_deref(), Some("v1.1.0"));
        assert_eq!(file.require, [("a.b/c".into(), "v1.2.3".into())]);
    }

    #[test]
    fn a_module_without_go_line_is_old() {
        let (file, error) = GoMod::parse(b"module m\n");
        assert_eq!((file.lang(), error), (LangVersion::new(1, 16), None));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line_and_the_rest_is_read() {
        for (text, line, what) in [
            ("module m\n<<<<<<< HEAD\ngo 1.21\n", 2, "unexpected `<<<<<<<`"),
            ("module m\ngo x\n", 2, "`x` is no Go version"),
            ("module m\ngo go1.22\n", 2, "`go1.22` is no Go version"),
            ("module m\ngo 1.21 1.22\n", 2, "`go` takes one version"),
            ("module \"m\nmodule m\n", 1, "nothing closes a quoted string"),
            ("module m\nmodule n\n", 2, "a second `module` line"),
            ("module m\nrequire (\n a v1\n", 2, "nothing closes the block of `require`"),
            ("module m\nreplace a b\n", 2, "`replace` without `=>`"),
            ("go 1.21\n", 1, "there is no `module` line"),
            ("", 1, "there is no `module` line"),
        ] {
            let (_, error) = GoMod::parse(text.as_bytes());
            assert_eq!(error, Some(ModError { line, what: what.into() }), "{text}");
        }
        let (file, _) = GoMod::parse(b"module m\n<<<<<<< HEAD\ngo 1.21\n");
        assert_eq!(file.lang(), LangVersion::new(1, 21));
    }

    #[test]
    fn ignored_folders_are_prefixes_or_elements() {
        let (file, _) = GoMod::parse(b"module m\nignore ./a/b\nignore c\n");
        for (dir, is_ignored) in [
            ("a/b", true),
            ("a/b/x", true),
            ("a/bc", false),
            ("x/a/b", false),
            ("c", true),
            ("x/c/y", true),
            ("x/cc", false),
            ("", false),
        ] {
            assert_eq!(file.ignores(dir), is_ignored, "{dir}");
        }
    }

    #[test]
    fn a_workspace_uses_folders() {
        let (file, error) =
            GoWork::parse(b"go 1.24\nuse ./a\nuse (\n\t./b // why\n\t.\n)\nreplace x => ./y\n");
        assert_eq!(error, None);
        assert_eq!(file.go, Some(LangVersion::new(1, 24)));
        assert_eq!(file.uses, ["./a", "./b", "."]);
        assert_eq!((file.replace[0].old.as_str(), file.replace[0].new.as_str()), ("x", "./y"));
        assert!(GoWork::parse(b"use ./a ./b\n").1.is_some());
    }
}
