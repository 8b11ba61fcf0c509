-- What crawls found out of a site: the last under each name.
CREATE TABLE learnt (
	id   INTEGER PRIMARY KEY,
	site TEXT NOT NULL,
	name TEXT NOT NULL,
	data BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX learnt_identity ON learnt (site, name);
