//! What Go calls this machine.

/// `GOOS` of this machine.
pub(crate) const GOOS: &str = if cfg!(target_os = "macos") { "darwin" } else { std::env::consts::OS };

/// `GOARCH` of this machine.
pub(crate) const GOARCH: &str = if cfg!(target_arch = "x86_64") {
    "amd64"
} else if cfg!(target_arch = "aarch64") {
    "arm64"
} else if cfg!(target_arch = "x86") {
    "386"
} else if cfg!(target_arch = "loongarch64") {
    "loong64"
} else if cfg!(all(target_arch = "powerpc64", target_endian = "little")) {
    "ppc64le"
} else if cfg!(target_arch = "powerpc64") {
    "ppc64"
} else {
    std::env::consts::ARCH
};

/// A variable of the environment, where it is set and not empty.
pub(crate) fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
