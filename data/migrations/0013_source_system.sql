-- The intake holds a copy of the systems that the sources have declared. By row and column, since
-- each report of an event touches its source's row without changing it.
CREATE FUNCTION notify_source() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    PERFORM pg_notify('wangge_places', 'source');
    RETURN NULL;
END $$;
CREATE TRIGGER source_system_made AFTER INSERT ON source
    FOR EACH ROW WHEN (NEW.coord_sys <> 'WGS84') EXECUTE FUNCTION notify_source();
CREATE TRIGGER source_system_changed AFTER UPDATE OF coord_sys ON source
    FOR EACH ROW WHEN (NEW.coord_sys <> OLD.coord_sys) EXECUTE FUNCTION notify_source();
