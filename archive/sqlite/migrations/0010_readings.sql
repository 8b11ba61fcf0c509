-- When a version was last read again, NULL for never; and how it read before:
-- n counts from 0, which is how it read when it was taken.
ALTER TABLE snapshots ADD COLUMN read_at INTEGER;
CREATE TABLE readings (
	id          INTEGER PRIMARY KEY,
	snapshot    INTEGER NOT NULL REFERENCES snapshots (id),
	n           INTEGER NOT NULL,
	read_at     INTEGER NOT NULL,
	fingerprint BLOB,
	rules       BLOB,
	reader      INTEGER NOT NULL,
	article     TEXT NOT NULL       -- JSON
) STRICT;
CREATE UNIQUE INDEX readings_identity ON readings (snapshot, n);
