-- What a run got out of each column: JSON, NULL where nothing was counted.
ALTER TABLE runs ADD COLUMN columns TEXT;
