-- Since when a page is gone, and when it was last there again.
ALTER TABLE pages ADD COLUMN gone_since INTEGER;
ALTER TABLE pages ADD COLUMN restored_at INTEGER;

-- What a run saw around a page that it found gone: JSON, NULL for other visits.
ALTER TABLE visits ADD COLUMN absence TEXT;

-- The states that are rare and asked for: small indexes, which live pages do not
-- touch.
CREATE INDEX pages_gone ON pages (site, url) WHERE state = 'gone';
CREATE INDEX pages_withdrawn ON pages (site, url) WHERE state = 'withdrawn';
CREATE INDEX pages_restored ON pages (site, url) WHERE state = 'restored';
