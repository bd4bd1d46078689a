//! Looks again and again whether the backbone is there: a part that nobody uses at the moment says nothing of itself.

use std::sync::Arc;
use std::time::Duration;

use backbone::log::Start;
use backbone::{Backbone, Cursor, Error, Topic};
use console::Readiness;
use schemas::Clock;
use tokio::time::{MissedTickBehavior, timeout};

use super::ground::Ground;
use super::roles::{INGEST, QUEUE};
use super::work::Work;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(2);
/// How long a part may take to say that it is there.
const ANSWER: Duration = Duration::from_secs(5);

/// Begins to look.
pub fn start(ground: &Arc<Ground>, readiness: &Readiness, clock: &Arc<Clock>, work: &mut Work) {
    for part in ["log", "store"] {
        readiness.expect(part);
    }
    let (ground, readiness, clock, stop) = (Arc::clone(ground), readiness.clone(), Arc::clone(clock), work.stop());
    work.run("the probe", move || {
        let (ground, readiness, clock, stop) =
            (Arc::clone(&ground), readiness.clone(), Arc::clone(&clock), stop.clone());
        async move {
            let mut ticks = tokio::time::interval(EVERY);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while !stop.is_cancelled() {
                tokio::select! {
                    _ = ticks.tick() => look(&ground, &readiness, &clock).await,
                    () = stop.cancelled() => {}
                }
            }
            Ok(())
        }
    });
}

async fn look(ground: &Ground, readiness: &Readiness, clock: &Clock) {
    let backbone = &ground.backbone;
    let (log, store, take) =
        tokio::join!(answer("log", log(backbone)), answer("store", backbone.directory.version()), async {
            // Where nobody is sent any more, nobody finds out that there is room again.
            if readiness.is_ready(INGEST) { None } else { Some(answer(INGEST, ground.try_to_take(clock)).await) }
        });
    tell(readiness, "log", log);
    tell(readiness, "store", store);
    if let Some(queue) = ground.queue() {
        tell(readiness, QUEUE, queue);
    }
    if let Some(take) = take {
        tell(readiness, INGEST, take);
    }
}

/// Asks for what comes from now on, which is nothing, and costs as little.
async fn log(backbone: &Backbone) -> Result<(), Error> {
    backbone.log.read(Topic::State, Start::Newest, &Cursor::default(), 1).await.map(drop)
}

async fn answer<T>(part: &'static str, asked: impl Future<Output = Result<T, Error>>) -> Result<(), Error> {
    let late = || Error::Unavailable { part, why: format!("no answer within {} s", ANSWER.as_secs()) };
    timeout(ANSWER, asked).await.unwrap_or_else(|_| Err(late())).map(drop)
}

fn tell(readiness: &Readiness, part: &str, answer: Result<(), Error>) {
    match answer {
        Ok(()) => readiness.ready(part),
        Err(why) => readiness.not_ready(part, why.to_string()),
    }
}
