-- What the latest version says as a later visit read it, who read a version,
-- and the further pages of articles: those of a version as JSON, NULL for none.
ALTER TABLE pages ADD COLUMN read_as BLOB;
ALTER TABLE pages ADD COLUMN parts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE snapshots ADD COLUMN reader INTEGER NOT NULL DEFAULT 0;
ALTER TABLE snapshots ADD COLUMN parts TEXT;
