//! The columns of deliveries.

use crate::output::{Column, Show};

/// Of a list.
pub const COLUMNS: &[Column] = &[
    Column::new("ID", "/id", Show::Whole),
    Column::wide("/connection"),
    Column::wide("/call"),
    Column::wide("/kind"),
    Column::new("STATUS", "/status", Show::Word),
    Column::new("DONE", "/done", Show::Number),
    Column::new("WANTED", "/wanted", Show::Number),
    Column::new("TRIES", "/attempts", Show::Number),
    Column::new("CREATED", "/created_at", Show::Time),
    Column::wide("/since"),
    Column::new("NEXT TRY", "/next_try_at", Show::Time),
    Column::new("DONE AT", "/done_at", Show::Time),
    Column::wide("/uncertain"),
    Column::new("NOTE", "/note", Show::Text),
];

/// Of one.
pub const ONE: &[Column] = &[
    Column::new("ID", "/id", Show::Whole),
    Column::new("CONNECTION", "/connection", Show::Whole),
    Column::new("CALL", "/call", Show::Whole),
    Column::new("KIND", "/kind", Show::Text),
    Column::new("STATUS", "/status", Show::Word),
    Column::new("REVISION DONE", "/done", Show::Number),
    Column::new("REVISION WANTED", "/wanted", Show::Number),
    Column::new("TRIES", "/attempts", Show::Number),
    Column::new("CREATED", "/created_at", Show::Time),
    Column::new("TRIED SINCE", "/since", Show::Time),
    Column::new("NEXT TRY", "/next_try_at", Show::Time),
    Column::new("DONE AT", "/done_at", Show::Time),
    Column::new("UNCERTAIN", "/uncertain", Show::Text),
    Column::new("NOTE", "/note", Show::Whole),
];
