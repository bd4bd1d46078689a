//! Replays, starting a connection again, and new credentials.

use std::sync::Arc;
use std::time::Duration;

use backbone::ledger::{Limit, Rank, Release, Wanted};
use schemas::time::earlier;
use schemas::{Call, Clock, ConnectionStatus, Timestamp};
use serde_json::{Value, json};
use simulators::rbs::RbsCrm;
use tokio_util::sync::CancellationToken;

use super::world::{World, call};
use crate::wire::{ConnectionRow, Reactivated, ReplayList, ReplayPlan, ReplayState, ReplayView};

const PATIENCE: Duration = Duration::from_secs(60);
