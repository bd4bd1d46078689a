-- No statement that asks for a lane, or for one delivery, can be planned by an index that is not of it: a plan that was made when there was
-- next to nothing must do for a backlog, too. So none but the key, what is ready and what is leased begins with a connection, and lanes stand by
-- themselves, under conditions of their own.
DROP INDEX deliveries_busy;
DROP INDEX deliveries_later;
DROP INDEX deliveries_status;
CREATE INDEX deliveries_busy   ON deliveries (lane) WHERE lease_ends IS NOT NULL OR uncertain = 1;
CREATE INDEX deliveries_later  ON deliveries (lane) WHERE rank = 1 AND status || '' = 'pending';
CREATE INDEX deliveries_status ON deliveries (status, connection, created_at);
