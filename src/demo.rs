//! `ringfold demo`: `up` in a fresh directory, with simulated PBXs and CRMs around it and calls arriving.

mod calls;
mod company;
mod compare;
mod crms;
mod facts;
mod place;
mod show;
mod stop;
mod story;
mod summary;
mod words;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use backbone::sealed::{self, Secret};
use clap::Args;
use reqwest::Url;
use simulators::pbx::Sender;
use tokio::time::Instant;

use self::calls::Caller;
use self::company::SOURCES;
use self::place::Place;
use self::show::Show;
use self::stop::Stop;
use crate::client;
use crate::config::{self, Config, Flags};
use crate::exit::Exit;
use crate::output::tell;
use crate::process::{AccountsFile, Process, Roles};

const EXAMPLES: &str = "\
Examples:
  ringfold demo
  ringfold demo --calls 20 --seed 7";

/// A hook answers within this, or the notification counts as not taken.
const HOOK_DEADLINE: Duration = Duration::from_secs(10);
/// A seed that is easy to type.
const SEEDS: u64 = 1_000_000;

/// What `demo` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct DemoArgs {
    /// End after this many calls; success only if every CRM holds just what it should
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub calls: Option<u32>,
    /// Keep everything in this directory; it must not exist or be empty [default: a temporary one]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Make the same calls again: the seed of the run to repeat
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Where hooks and API are served [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", value_parser = config::listen)]
    pub listen: Option<SocketAddr>,
}

impl DemoArgs {
    /// What of it is configuration.
    pub fn flags(&self) -> Flags {
        Flags { data_dir: self.data.clone(), listen: self.listen }
    }
}

/// Runs until it is stopped, or until `--calls` have been handled.
pub async fn run(args: DemoArgs, mut config: Config) -> Result<(), Exit> {
    let stop = Stop::listen()?;
    let place = Place::take(args.data.as_deref())?;
    let usual = config.listen;
    place.dir().clone_into(&mut config.data_dir);
    // Its calls are made up: they have no business on servers.
    config.backbone = config::Backbone::Embedded;
    config.listen = place::address(usual, args.listen.is_some());
    if config.listen != usual {
        tell(&format!("another program listens on {usual}, so a free port was taken; --listen ADDR chooses one"));
    }
    let ended = tokio::select! {
        ended = play(&args, &config, &stop) => ended,
        () = stop.everything.cancelled() => Err(Exit::failed("stopped at once: calls were under way, so there is no summary")),
    };
    let temporary = place.is_temporary();
    place.close();
    if temporary {
        tell("the demo's directory was a temporary one and is gone; --data DIR keeps it");
    }
    ended
}

/// From the first row of a CRM to the summary. Dropped half way it leaves nothing running.
async fn play(args: &DemoArgs, config: &Config, stop: &Stop) -> Result<(), Exit> {
    let crms = crms::start().await?;
    let secrets: Result<Vec<_>, _> = SOURCES.iter().map(|_| sealed::new_secret()).collect();
    let secrets = secrets.map_err(|why| Exit::failed(why.to_string()))?;
    let text = company::accounts(&secrets, &crms);
    let accounts = AccountsFile { name: "the demo's accounts".to_owned(), text, env: BTreeMap::new() };
    let mut line = Process::start(config, Roles::all(), Some(accounts)).await?;

    let seed = args.seed.unwrap_or_else(|| fastrand::u64(..SEEDS));
    welcome(&line.url, &config.data_dir, seed, args);
    let hook = |secret: &Secret| format!("http://{}/hooks/{}", reachable(line.address), secret.expose());
    let to: Result<Vec<Sender>, Exit> = secrets.iter().map(|secret| sender(&hook(secret))).collect();
    let caller = Caller::new(seed, args.calls, Instant::now());
    let show = to.and_then(|to| Show::new(line.backbone.clone(), &crms, caller, to));
    let played = match show {
        Ok(mut show) => tokio::select! {
            played = show.run(stop) => played,
            failed = line.failed() => Err(failed),
        },
        Err(exit) => Err(exit),
    };
    line.stop().await;
    for crm in &crms {
        crm.stop().await;
    }
    verdict(played, args.calls)
}

fn sender(hook: &str) -> Result<Sender, Exit> {
    let wrong = |why: String| Exit::failed(format!("the simulated PBX cannot call the hook: {why}"));
    let url: Url = hook.parse().map_err(|_| wrong("its address is none".to_owned()))?;
    let http = client::http(&url, HOOK_DEADLINE, HOOK_DEADLINE)?;
    let sender = Sender::new(&http, hook).and_then(|sender| sender.speed(calls::SPEED));
    sender.map_err(|why| wrong(why.to_string()))
}

/// What is to be seen, and how to look further while it is there.
fn welcome(url: &str, dir: &Path, seed: u64, args: &DemoArgs) {
    let program = std::env::args().next().unwrap_or_else(|| "ringfold".to_owned());
    let dir = dir.display();
    let calls = args.calls.map(|calls| format!(" --calls {calls}")).unwrap_or_default();
    let kept = if args.data.is_some() { "" } else { "   (gone at the end; --data DIR keeps it)" };
    tell(&format!(
        "Simulated PBXs tell of the calls of a company of four; Ringfold makes of each what its simulated CRMs must hold.\n\
         Calls go by {speed} times faster than real ones. Times are UTC.\n\n\
         API and hooks   {url}\n\
         data            {dir}{kept}\n\
         look further    {program} calls list --data {dir}\n\
         {blank:15} {program} deliveries list --data {dir}\n\
         the same again  {program} demo{calls} --seed {seed}",
        speed = calls::SPEED,
        blank = "",
    ));
    tell(if args.calls.is_none() { "the end         Ctrl-C, with a summary of what the CRMs hold\n" } else { "" });
}

/// Where this machine reaches an address that is served.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}

fn verdict(played: Result<(usize, bool), Exit>, asked: Option<u32>) -> Result<(), Exit> {
    let (calls, right) = played?;
    if !right {
        // The summary said what.
        return Err(Exit::failed("not every CRM holds just what it should: see the summary"));
    }
    match asked {
        Some(asked) if calls < asked as usize => Err(Exit::failed(format!("stopped after {calls} of {asked} calls"))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Status;

    #[test]
    fn only_a_whole_and_right_run_is_a_success() {
        assert_eq!(verdict(Ok((30, true)), Some(30)), Ok(()));
        assert_eq!(verdict(Ok((12, true)), None), Ok(()));
        let failed = |played, asked| verdict(played, asked).map_err(|exit| exit.status);
        assert_eq!(failed(Ok((12, true)), Some(30)), Err(Status::Failed));
        assert_eq!(failed(Ok((30, false)), Some(30)), Err(Status::Failed));
        assert_eq!(failed(Err(Exit::usage("x")), None), Err(Status::Usage));
    }

    #[test]
    fn every_address_of_the_machine_is_reached_at_its_own() {
        for (served, reached) in
            [("0.0.0.0:80", "127.0.0.1:80"), ("[::]:80", "[::1]:80"), ("10.0.0.1:80", "10.0.0.1:80")]
        {
            assert_eq!(reachable(served.parse().unwrap()), reached.parse().unwrap());
        }
    }
}
