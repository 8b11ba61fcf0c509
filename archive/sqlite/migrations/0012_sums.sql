-- Checksums of what nothing else proves (archive.Sum), 0 of nothing. Those of a
-- page: of what visits write; of title, fingerprint and read_as; of asked; of also.
ALTER TABLE pages ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pages ADD COLUMN sum_title INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pages ADD COLUMN sum_asked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pages ADD COLUMN sum_also INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE learnt ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
-- Of a version that was read again: of how it reads now.
ALTER TABLE snapshots ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE readings ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
