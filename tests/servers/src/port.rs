//! Ports for servers and processes: free now, and given to nobody by chance or by another test program, also while a server is down.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

/// A port, kept for this program by a lock that ends with it.
pub struct Port {
    /// The port.
    pub number: u16,
    _lock: Option<File>,
}

/// Below the ports that the system takes for outgoing connections.
const FIRST: u16 = 10_000;
const COUNT: u16 = 20_000;

impl Port {
    /// One that is free.
    pub fn free() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let tried = std::iter::repeat_with(|| {
            std::process::id().wrapping_mul(97).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed))
        });
        let ports = tried.map(|n| FIRST + u16::try_from(n % u32::from(COUNT)).unwrap());
        ports.take(usize::from(COUNT)).find_map(Self::kept).expect("every port is taken")
    }

    fn kept(number: u16) -> Option<Self> {
        let locks = std::env::temp_dir().join("ringfold-ports");
        let _ = std::fs::create_dir(&locks);
        // Where another user made the directory, there is no lock to be had, only the look whether the port is free.
        let lock = File::create(locks.join(number.to_string())).ok();
        if lock.as_ref().is_some_and(|lock| lock.try_lock().is_err()) {
            return None;
        }
        TcpListener::bind((Ipv4Addr::LOCALHOST, number)).is_ok().then_some(Self { number, _lock: lock })
    }
}
