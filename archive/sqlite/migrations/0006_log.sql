-- The log of entries: a leaf for each visit, in the order of recording. What
-- stands here is never changed. hashes are the nodes of the tree that the leaf
-- completed, 32 bytes each, the leaf's own first; version is the one that the
-- visit cut, 0 where it cut none.
CREATE TABLE log (
	n       INTEGER PRIMARY KEY,   -- from 0, without a gap
	visit   INTEGER NOT NULL REFERENCES visits (id),
	version INTEGER NOT NULL,
	hashes  BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX log_visit ON log (visit);

-- The last checkpoint of the log: one row.
CREATE TABLE checkpoint (
	one  INTEGER PRIMARY KEY CHECK (one = 1),
	size INTEGER NOT NULL,
	root BLOB NOT NULL,
	at   INTEGER NOT NULL
) STRICT;
