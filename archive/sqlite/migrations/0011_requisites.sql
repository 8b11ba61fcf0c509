-- Of the requisites that a run asked for, visits by outcome: JSON, NULL where
-- there were none.
ALTER TABLE runs ADD COLUMN requisites TEXT;
