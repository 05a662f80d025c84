-- Tells this site from others whose pages a browser gets from the same host: cookies ignore ports.
ALTER TABLE site ADD COLUMN mark text NOT NULL DEFAULT left(replace(gen_random_uuid()::text, '-', ''), 12);
