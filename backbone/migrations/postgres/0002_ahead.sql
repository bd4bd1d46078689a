-- 1: claimed ahead, without a place of its connection.
ALTER TABLE deliveries ADD COLUMN ahead BIGINT NOT NULL DEFAULT 0;
