//! What a package is built for.

use super::{Constraint, LangVersion};

/// The names of operating systems that a file's name may end in, past and future ones included
/// (`internal/syslist.KnownOS`).
pub const KNOWN_OS: &[&str] = &[
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasip1",
    "windows",
    "zos",
];

/// The names of architectures that a file's name may end in (`internal/syslist.KnownArch`).
pub const KNOWN_ARCH: &[&str] = &[
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "arm64",
    "arm64be",
    "armbe",
    "loong64",
    "mips",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "mipsle",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

/// Systems that the tag `unix` stands for.
const UNIX: &[&str] = &[
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "linux",
    "netbsd",
    "openbsd",
    "solaris",
];

/// Tags of the instruction sets that Go builds for when nothing else is said (`GOAMD64=v1` and so on).
const DEFAULT_FEATURES: &[&str] = &[
    "386.sse2",
    "amd64.v1",
    "arm.5",
    "arm.6",
    "arm.7",
    "arm64.v8.0",
    "mips.hardfloat",
    "mipsle.hardfloat",
    "mips64.hardfloat",
    "mips64le.hardfloat",
    "ppc64.power8",
    "ppc64le.power8",
    "riscv64.rva20u64",
    "wasm.satconv",
    "wasm.signext",
];

/// Systems and architectures, features of the toolchain, and tags that a package is built for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildContext {
    /// `GOOS`
    pub goos: String,
    /// `GOARCH`
    pub goarch: String,
    /// Whether files that import `C` are part of the package.
    pub cgo: bool,
    /// The tags asked for.
    pub tags: Vec<String>,
    /// The release of Go: `go1.1` up to it are set.
    pub release: LangVersion,
}

impl BuildContext {
    /// Whether a tag is set, as `go/build` decides it.
    pub fn has_tag(&self, tag: &str) -> bool {
        let (os, arch) = (self.goos.as_str(), self.goarch.as_str());
        tag == os
            || tag == arch
            || match tag {
                "gc" => true,
                "cgo" => self.cgo,
                "unix" => UNIX.contains(&os),
                "linux" => os == "android",
                "solaris" => os == "illumos",
                "darwin" => os == "ios",
                _ => false,
            }
            || self.has_release(tag)
            || self.has_feature(tag)
            || self
                .tags
                .iter()
                .any(|set| set == tag || tag == "boringcrypto" && set == "goexperiment.boringcrypto")
    }

    fn has_release(&self, tag: &str) -> bool {
        let minor = tag.strip_prefix("go1.").filter(|digits| !digits.starts_with(['0', '+']));
        minor.and_then(|digits| digits.parse().ok()).is_some_and(|minor: u16| minor <= self.release.minor)
    }

    fn has_feature(&self, tag: &str) -> bool {
        if let Some(experiment) = tag.strip_prefix("goexperiment.") {
            return self.has_experiment(experiment);
        }
        DEFAULT_FEATURES.contains(&tag) && tag.split('.').next() == Some(self.goarch.as_str())
    }

    /// The experiments that Go 1.26 turns on by itself (`internal/buildcfg`).
    fn has_experiment(&self, name: &str) -> bool {
        match name {
            "regabiwrappers" | "regabiargs" => {
                ["amd64", "arm64", "loong64", "ppc64le", "ppc64", "riscv64", "s390x"]
                    .contains(&self.goarch.as_str())
            }
            "dwarf5" => !["darwin", "ios", "aix"].contains(&self.goos.as_str()),
            "randomizedheapbase64" | "greenteagc" => true,
            _ => false,
        }
    }

    /// Whether a file of this name may be part of a package: it ends in `.go`, begins with neither `_` nor `.`, and is
    /// not for another system.
    pub fn admits_name(&self, name: &str) -> bool {
        name.strip_suffix(".go").is_some() && !name.starts_with(['_', '.']) && self.admits_suffix(name)
    }

    /// Whether the name's `_GOOS`, `_GOARCH` or `_GOOS_GOARCH` suffix, if it has one, is ours. The suffix ends at the
    /// first dot and must have something before it: `linux.go` is for all.
    fn admits_suffix(&self, name: &str) -> bool {
        let stem = name.split('.').next().unwrap_or_default();
        let stem = stem.strip_suffix("_test").unwrap_or(stem);
        let Some((rest, last)) = stem.rsplit_once('_') else { return true };
        let before = rest.rsplit_once('_').map(|(_, before)| before);
        if KNOWN_ARCH.contains(&last) && before.is_some_and(|before| KNOWN_OS.contains(&before)) {
            return self.has_tag(last) && before.is_some_and(|before| self.has_tag(before));
        }
        let is_suffix = KNOWN_OS.contains(&last) || KNOWN_ARCH.contains(&last);
        !is_suffix || self.has_tag(last)
    }

    /// Whether a constraint holds.
    pub fn admits(&self, constraint: &Constraint) -> bool {
        constraint.eval(&|tag| self.has_tag(tag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(goos: &str, goarch: &str) -> BuildContext {
        BuildContext {
            goos: goos.into(),
            goarch: goarch.into(),
            cgo: true,
            tags: vec!["integration".into()],
            release: LangVersion::new(1, 26),
        }
    }

    #[test]
    fn systems_imply_tags() {
        for (goos, tag, is_set) in [
            ("linux", "unix", true),
            ("linux", "gc", true),
            ("linux", "gccgo", false),
            ("linux", "cgo", true),
            ("android", "linux", true),
            ("illumos", "solaris", true),
            ("ios", "darwin", true),
            ("windows", "unix", false),
            ("plan9", "unix", false),
            ("linux", "go1.1", true),
            ("linux", "go1.26", true),
            ("linux", "go1.27", false),
            ("linux", "go1.021", false),
            ("linux", "integration", true),
            ("linux", "ignore", false),
            ("linux", "amd64.v1", true),
            ("linux", "arm64.v8.0", false),
            ("linux", "goexperiment.greenteagc", true),
            ("linux", "goexperiment.boringcrypto", false),
        ] {
            assert_eq!(context(goos, "amd64").has_tag(tag), is_set, "{goos} {tag}");
        }
        let boring =
            BuildContext { tags: vec!["goexperiment.boringcrypto".into()], ..context("linux", "amd64") };
        assert!(boring.has_tag("boringcrypto"));
    }

    #[test]
    fn names_bind_to_systems_up_to_the_first_dot() {
        for (name, goos, goarch, is_in) in [
            ("linux.go", "windows", "amd64", true),
            ("windows.go", "linux", "amd64", true),
            ("a_linux.go", "windows", "amd64", false),
            ("a_linux.pb.go", "windows", "amd64", false),
            ("a_linux_test.go", "windows", "amd64", false),
            ("a_linux_test.go", "linux", "amd64", true),
            ("a_windows_amd64.go", "windows", "amd64", true),
            ("a_windows_amd64.go", "windows", "arm64", false),
            ("a_windows_amd64.go", "linux", "amd64", false),
            ("a_amd64.go", "linux", "amd64", true),
            ("a_amd64_linux.go", "linux", "arm64", true),
            ("a_unix.go", "windows", "amd64", true),
            ("a_linux.go", "android", "arm64", true),
            ("_linux.go", "windows", "amd64", false),
            (".a.go", "linux", "amd64", false),
            ("a.gox", "linux", "amd64", false),
            ("linux_test.go", "windows", "amd64", true),
            ("a_js_wasm.go", "js", "wasm", true),
        ] {
            assert_eq!(context(goos, goarch).admits_name(name), is_in, "{name} on {goos}/{goarch}");
        }
    }
}
