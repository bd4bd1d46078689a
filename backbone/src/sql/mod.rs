//! What the SQLite and the PostgreSQL store have in common: the text of statements that both run alike (`$1` placeholders,
//! `ON CONFLICT`, `RETURNING`), and the reading of rows. Where one clause differs, a macro takes it. Opens no connection.

pub mod codec;
pub mod directory;
pub mod journal;
pub mod ledger;
pub mod memos;
pub mod rows;
