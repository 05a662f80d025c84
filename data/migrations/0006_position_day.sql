-- Two engines at the same moment: to_regclass may answer from a cache that is older than the lock,
-- so after the lock the catalogue itself is asked.
CREATE OR REPLACE FUNCTION ensure_position_day(day date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    part text := 'position_history_' || to_char(day, 'YYYYMMDD');
BEGIN
    IF to_regclass(part) IS NOT NULL THEN RETURN false; END IF;
    PERFORM pg_advisory_xact_lock(hashtext('ensure_position_day'));
    IF EXISTS (SELECT FROM pg_class WHERE relname = part AND relnamespace = 'public'::regnamespace) THEN
        RETURN false;
    END IF;
    IF EXISTS (SELECT FROM position_history_rest
               WHERE at >= day::timestamp AT TIME ZONE 'UTC'
                 AND at < (day + 1)::timestamp AT TIME ZONE 'UTC') THEN
        RETURN false;                                -- its rows are safe in the default partition
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF position_history FOR VALUES FROM (%L) TO (%L)',
                   part, day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
    RETURN true;
END $$;
