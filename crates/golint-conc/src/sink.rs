//! Where the output goes: all of it or nothing.

use std::io::{self, Write};
use std::path::Path;

/// How writing ended, where it did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// Everything arrived.
    All,
    /// The reader went away, which is its right: `golint-conc | head`.
    ReaderGone,
}

/// Writes to the standard output.
pub(crate) fn to_stdout(text: &[u8]) -> io::Result<Written> {
    let mut out = io::stdout().lock();
    settle(out.write_all(text).and_then(|()| out.flush()))
}

/// Writes a file. A regular one is written beside its place and moved there, so that nobody ever sees half of it;
/// others, such as `/dev/stdout` or a named pipe, are written as they are.
pub(crate) fn to_file(path: &Path, text: &[u8]) -> io::Result<Written> {
    let target = path.canonicalize().unwrap_or_else(|_| path.into());
    if target.metadata().is_ok_and(|meta| !meta.is_file()) {
        let mut file = std::fs::OpenOptions::new().write(true).open(&target)?;
        return settle(file.write_all(text).and_then(|()| file.flush()));
    }
    let dir = target.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".golint-conc-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(dir)?;
    file.write_all(text)?;
    file.as_file().sync_all()?;
    if let Ok(meta) = target.metadata() {
        file.as_file().set_permissions(meta.permissions())?;
    }
    file.persist(&target).map_err(|error| error.error)?;
    Ok(Written::All)
}

fn settle(result: io::Result<()>) -> io::Result<Written> {
    match result {
        Ok(()) => Ok(Written::All),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Written::ReaderGone),
        Err(error) => Err(error),
    }
}
