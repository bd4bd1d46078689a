//! What a replay would do.

use backbone::ledger::{Standing, Status};
use backbone::store::CallFilter;
use schemas::{Call, CallId, Connection};

use crate::api::fault::Fault;
use crate::replay::Which;
use crate::state::Console;
use crate::wire::PlannedReplay;

/// Calls looked at once.
const PAGE: u32 = 500;
/// Pages of one plan, so that it takes seconds at most.
const PAGES: u32 = 400;
/// Calls named.
const SOME: usize = 20;

/// Of one connection.
pub async fn of(console: &Console, connection: &Connection, which: &Which) -> Result<PlannedReplay, Fault> {
    let mut plan = PlannedReplay {
        connection: connection.id.clone(),
        since: which.since,
        until: which.until,
        calls: 0,
        make: 0,
        change: 0,
        waiting: 0,
        leave: 0,
        some: Vec::new(),
        more: true,
    };
    let mut filter = CallFilter {
        sources: which.sources.clone(),
        since: Some(which.since),
        until: Some(which.until),
        oldest_first: true,
        limit: PAGE,
        ..CallFilter::default()
    };
    for _ in 0..PAGES {
        let page = match &which.call {
            Some(call) => console.backbone().journal.call(call).await?.into_iter().collect(),
            None => console.backbone().journal.list(&filter).await?,
        };
        filter.after = page.last().map(|call| (call.started_at, call.id.clone()));
        let last = page.len() < PAGE as usize;
        let calls: Vec<Call> = page.into_iter().filter(|call| call.ended() && connection.wants(call)).collect();
        let ids: Vec<CallId> = calls.iter().map(|call| call.id.clone()).collect();
        let standing = console.backbone().ledger.standing(&connection.id, &ids).await?;
        for (call, standing) in calls.iter().zip(standing) {
            count(&mut plan, call, standing);
        }
        if last {
            plan.more = false;
            break;
        }
    }
    Ok(plan)
}

fn count(plan: &mut PlannedReplay, call: &Call, standing: Option<Standing>) {
    plan.calls += 1;
    let column = match standing {
        None | Some(Standing { status: Status::Skipped | Status::Dead, .. }) => &mut plan.make,
        Some(Standing { status: Status::Pending, .. }) => {
            plan.waiting += 1;
            return;
        }
        Some(Standing { status: Status::Done, wanted }) if wanted < call.revision => &mut plan.change,
        Some(Standing { status: Status::Done, .. }) => {
            plan.leave += 1;
            return;
        }
    };
    *column += 1;
    if plan.some.len() < SOME {
        plan.some.push(call.id.clone());
    }
}
