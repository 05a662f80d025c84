-- Whose staff file names a post, so that a newer file of the same source may end it.
-- NULL: none; such a post is never ended by a file.
ALTER TABLE post ADD COLUMN source_id integer REFERENCES source;
CREATE INDEX post_source ON post (source_id) WHERE valid_to IS NULL;
