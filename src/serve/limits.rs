//! How many connections are held at once.

/// More than one process answers in time.
const MOST: usize = 10_000;

/// As many as there may be, with files left over for the rest of the process: a listener that takes the last one
/// would take it from the log.
pub fn places() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    files(&limits).map_or(MOST, of_files)
}

fn of_files(files: usize) -> usize {
    (files - files.min(512) / 2).min(MOST)
}

/// The soft limit of open files; none where it is unlimited or not known.
fn files(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_left_for_the_rest_of_the_process() {
        let text = "Limit                     Soft Limit           Hard Limit           Units     \n\
                    Max open files            1024                 524288               files     \n";
        assert_eq!(files(text), Some(1024));
        assert_eq!(files(&text.replace("1024  ", "unlimited")), None);
        assert_eq!([64, 1024, 65_536].map(of_files), [32, 768, MOST]);
    }
}
