-- How a page is asked for where a GET of its URL does not bring it, and the
-- pages that fill a list: JSON, NULL where there is nothing to say.
ALTER TABLE pages ADD COLUMN asked TEXT;
ALTER TABLE pages ADD COLUMN feeds TEXT;

-- Whether a run walked every list to its end.
ALTER TABLE runs ADD COLUMN walk INTEGER NOT NULL DEFAULT 0;
