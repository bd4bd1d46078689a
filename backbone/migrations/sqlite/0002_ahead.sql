-- 1: claimed ahead, without a place of its connection.
ALTER TABLE deliveries ADD COLUMN ahead INTEGER NOT NULL DEFAULT 0;
