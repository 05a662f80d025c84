-- Between these times of the site's day each grid should have somebody on duty; outside them
-- those who are rostered answer for all, and the duty room knows who. NULL: at all times.
ALTER TABLE site ADD COLUMN duty_from time, ADD COLUMN duty_to time,
    ADD CHECK ((duty_from IS NULL) = (duty_to IS NULL) AND duty_from <> duty_to);
