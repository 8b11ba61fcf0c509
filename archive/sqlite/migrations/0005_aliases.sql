-- What a page's URL names, as a hash, NULL where nothing is told; and the
-- further columns that list it.
ALTER TABLE pages ADD COLUMN item INTEGER;
ALTER TABLE pages ADD COLUMN also TEXT;  -- JSON: names of columns
CREATE INDEX pages_item ON pages (item) WHERE item IS NOT NULL;
CREATE INDEX pages_moved ON pages (moved_to) WHERE moved_to <> '';
