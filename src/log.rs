//! Where tracing goes: stderr, as text for a person at a terminal, as JSON lines where a program collects them.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::EnvFilter;

use crate::exit::Exit;

/// Sets logging up, once. A role logs what it does; other commands log only warnings unless asked with `-v`.
pub fn init(role: bool, verbose: u8) -> Result<(), Exit> {
    let filter = filter(role, verbose)?;
    let terminal = io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_target(false);
    let done = if role && !terminal {
        log.json().flatten_event(true).try_init()
    } else {
        log.with_ansi(terminal && anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never)
            .try_init()
    };
    done.map_err(|error| Exit::failed(format!("logging could not be set up: {error}")))
}

/// `RINGFOLD_LOG`, then `RUST_LOG`, then what the flags say.
fn filter(role: bool, verbose: u8) -> Result<EnvFilter, Exit> {
    for variable in ["RINGFOLD_LOG", "RUST_LOG"] {
        if let Some(text) = std::env::var_os(variable) {
            let text = text.to_string_lossy().into_owned();
            return EnvFilter::try_new(&text)
                .map_err(|error| Exit::configuration(format!("{variable} is not a log filter: {error}")));
        }
    }
    Ok(EnvFilter::new(level(role, verbose)))
}

fn level(role: bool, verbose: u8) -> &'static str {
    match (role, verbose) {
        (false, 0) => "warn",
        (true, 0) | (false, 1) => "info,sqlx=warn",
        // The HTTP and SQL libraries drown everything else.
        (true, 1) | (false, 2..) => {
            "info,sqlx=warn,ringfold=debug,backbone=debug,console=debug,ingest=debug,processor=debug,sinks=debug,schemas=debug"
        }
        // Of libraries no more: one of them prints every number that it reads.
        (true, 2..) => {
            "info,sqlx=warn,ringfold=trace,backbone=trace,console=trace,ingest=trace,processor=trace,sinks=trace,schemas=trace"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_a_filter() {
        for role in [false, true] {
            for verbose in 0..4 {
                assert!(EnvFilter::try_new(level(role, verbose)).is_ok());
            }
        }
        assert!(level(true, 0).starts_with("info"));
    }
}
