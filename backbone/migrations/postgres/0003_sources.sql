-- A page of the calls of a source, by when they began.
CREATE INDEX calls_source ON calls (source, started_at, id);
