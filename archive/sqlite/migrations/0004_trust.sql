-- How sure it is that an answer came from the host asked for.
ALTER TABLE visits ADD COLUMN trust TEXT NOT NULL DEFAULT '';
ALTER TABLE visits ADD COLUMN security TEXT NOT NULL DEFAULT '';
ALTER TABLE snapshots ADD COLUMN trust TEXT NOT NULL DEFAULT '';
