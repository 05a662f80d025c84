-- Who verified a contact, and of one that no longer is why: its address changed, or it was taken back.
ALTER TABLE contact
    ADD COLUMN verified_by integer REFERENCES actor,
    ADD COLUMN doubt       text CHECK (doubt IN ('changed', 'withdrawn')),
    ADD CONSTRAINT contact_doubt CHECK (doubt IS NULL OR verified_at IS NULL);

CREATE OR REPLACE FUNCTION forget_verification() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    IF new.address IS DISTINCT FROM old.address AND new.verified_at IS NOT DISTINCT FROM old.verified_at THEN
        IF old.verified_at IS NOT NULL THEN
            new.doubt := 'changed';
        END IF;
        new.verified_at := NULL;
        new.verified_how := NULL;
        new.verified_by := NULL;
    END IF;
    RETURN new;
END $$;
