-- Times are milliseconds since 1970 in UTC, NULL where there is none.
-- Digests are the 32 bytes of a SHA-256, NULL where there is none.

CREATE TABLE runs (
	key        INTEGER PRIMARY KEY,
	id         TEXT NOT NULL UNIQUE,
	site       TEXT NOT NULL,
	planned    INTEGER NOT NULL,
	"trigger"  TEXT NOT NULL,
	state      TEXT NOT NULL,
	reason     TEXT NOT NULL,
	"full"     INTEGER NOT NULL,
	full_since INTEGER,
	owner      TEXT NOT NULL,
	lease      INTEGER,
	started    INTEGER,
	ended      INTEGER,
	articles   TEXT,             -- JSON: visits by outcome
	lists      TEXT,             -- JSON: visits by outcome
	discovered INTEGER NOT NULL,
	requests   INTEGER NOT NULL,
	bytes      INTEGER NOT NULL,
	notes      TEXT              -- JSON: texts
) STRICT;
CREATE UNIQUE INDEX runs_open ON runs (site) WHERE state = 'running';
CREATE INDEX runs_planned ON runs (planned, site);
CREATE INDEX runs_site ON runs (site, planned);

CREATE TABLE pages (
	id            INTEGER PRIMARY KEY,
	site          TEXT NOT NULL,
	url           TEXT NOT NULL,
	"column"      TEXT NOT NULL,
	kind          TEXT NOT NULL,
	state         TEXT NOT NULL,
	found_on      TEXT NOT NULL,
	anchor        TEXT NOT NULL,
	listed_day    TEXT NOT NULL,
	depth         INTEGER NOT NULL,
	moved_to      TEXT NOT NULL,
	first_seen    INTEGER,
	last_visit    INTEGER,
	last_seen     INTEGER,
	last_change   INTEGER,
	due           INTEGER,
	etag          TEXT NOT NULL,
	last_modified TEXT NOT NULL,
	last_digest   BLOB,
	payload       BLOB,
	title         TEXT NOT NULL,
	fingerprint   BLOB,
	versions      INTEGER NOT NULL,
	visits        INTEGER NOT NULL,
	failures      INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX pages_identity ON pages (site, url);
-- the frontier
CREATE INDEX pages_due ON pages (site, due, url) WHERE due IS NOT NULL;

-- The sites that have pages: one step in the index for each, where DISTINCT
-- would walk over every page.
CREATE VIEW sites AS
	WITH RECURSIVE names (site) AS (
		SELECT min(site) FROM pages
		UNION ALL
		SELECT (SELECT min(site) FROM pages WHERE pages.site > names.site) FROM names WHERE names.site IS NOT NULL
	)
	SELECT site FROM names WHERE site IS NOT NULL;

-- The ledger.
CREATE TABLE visits (
	id        INTEGER PRIMARY KEY,
	page      INTEGER NOT NULL REFERENCES pages (id),
	run       INTEGER NOT NULL REFERENCES runs (key),
	at        INTEGER NOT NULL,
	took      INTEGER NOT NULL,    -- nanoseconds
	"column"  TEXT NOT NULL,
	kind      TEXT NOT NULL,
	outcome   TEXT NOT NULL,
	reason    TEXT NOT NULL,
	status    INTEGER NOT NULL,
	attempts  INTEGER NOT NULL,
	bytes     INTEGER NOT NULL,
	version   INTEGER NOT NULL,
	moved_to  TEXT NOT NULL,
	truncated TEXT NOT NULL,
	payload   BLOB,
	header    BLOB,                -- as in HTTP/1.1: "Name: value" CR LF; bytes, for they need not be UTF-8
	request   BLOB,                -- likewise
	address   TEXT NOT NULL,
	protocol  TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX visits_page ON visits (page, at);
CREATE INDEX visits_at ON visits (at);
CREATE INDEX visits_run ON visits (run, at);

-- The versions. Ids ascend in the order of recording, which the search index
-- relies on.
CREATE TABLE snapshots (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	page        INTEGER NOT NULL REFERENCES pages (id),
	version     INTEGER NOT NULL,
	"column"    TEXT NOT NULL,
	kind        TEXT NOT NULL,
	taken_at    INTEGER NOT NULL,
	prior_seen  INTEGER,
	status      INTEGER NOT NULL,
	payload     BLOB,
	fingerprint BLOB,
	rules       BLOB,
	story       TEXT NOT NULL,
	sketch      BLOB,               -- its keys, 8 bytes each, the lowest first
	article     TEXT NOT NULL       -- JSON
) STRICT;
CREATE UNIQUE INDEX snapshots_identity ON snapshots (page, version);

-- The keys by which retold articles are found, folded in from the column
-- sketch some thousand snapshots at a time: they fall anywhere in the table, so
-- single ones would write a page of the file each.
CREATE TABLE sketches (
	key      INTEGER NOT NULL,
	snapshot INTEGER NOT NULL REFERENCES snapshots (id),
	PRIMARY KEY (key, snapshot)
) STRICT, WITHOUT ROWID;

-- Bytes as served, once each.
CREATE TABLE payloads (
	id         INTEGER PRIMARY KEY,
	digest     BLOB NOT NULL,       -- of the bytes as served
	size       INTEGER NOT NULL,    -- of the bytes as served
	coding     TEXT NOT NULL,       -- of the column bytes: identity, zstd
	dictionary BLOB,                -- digest of the dictionary of zstd, where one was used
	bytes      BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX payloads_digest ON payloads (digest);

-- The words of the latest version of each page; rowid is the page's id. A
-- search brings it up to date.
CREATE VIRTUAL TABLE words USING fts5 (
	title, body,
	content = '', contentless_delete = 1, tokenize = 'ascii'
);
INSERT INTO words (words, rank) VALUES ('automerge', 8);

-- Up to which snapshot the sketches and the words have come.
CREATE TABLE progress (
	name     TEXT PRIMARY KEY,
	snapshot INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO progress VALUES ('sketches', 0), ('words', 0);
