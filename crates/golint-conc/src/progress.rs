//! A line on a terminal that says how far the work is.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// How long a run may take without a word.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often the line is written again.
const INTERVAL: Duration = Duration::from_millis(100);

/// Does `work`, which counts up to `total` in the counter given to it. After a second the count is shown, if the
/// standard error is a terminal, and wiped at the end.
pub(crate) fn with_progress<T>(total: usize, is_quiet: bool, work: impl FnOnce(&AtomicUsize) -> T) -> T {
    let done = AtomicUsize::new(0);
    if is_quiet || !std::io::stderr().is_terminal() {
        return work(&done);
    }
    std::thread::scope(|scope| {
        let (finish, finished) = channel::<()>();
        let done = &done;
        scope.spawn(move || {
            let mut wait = PATIENCE;
            let mut is_shown = false;
            while finished.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                let count = done.load(Ordering::Relaxed);
                let _ = write!(std::io::stderr(), "\r\x1b[Kgolint-conc: {count} of {total} folders");
                (wait, is_shown) = (INTERVAL, true);
            }
            if is_shown {
                let _ = write!(std::io::stderr(), "\r\x1b[K");
            }
        });
        let result = work(done);
        drop(finish);
        result
    })
}
