-- Who sees what. FORCEd, so that not even the owner passes by; policies compare an area id with
-- an array that is computed once a statement (InitPlan).
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['grid', 'facility', 'building', 'person', 'post', 'shift',
                             'latest_position', 'position_history', 'grid_visit', 'event', 'event_log',
                             'call_session', 'call_attempt', 'call_event'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY scope ON %I USING (area_id = ANY ((SELECT actor_scope())::integer[])) '
                       'WITH CHECK (area_id = ANY ((SELECT actor_scope())::integer[]))', t);
    END LOOP;
END $$;

ALTER TABLE area ENABLE ROW LEVEL SECURITY;
ALTER TABLE area FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON area FOR SELECT
    USING (id = ANY ((SELECT actor_scope())::integer[]) OR id = ANY ((SELECT actor_ancestry())::integer[])
           OR parent_id = ANY ((SELECT actor_scope())::integer[]));  -- one just made has no path yet
CREATE POLICY scope_insert ON area FOR INSERT
    WITH CHECK (parent_id = ANY ((SELECT actor_scope())::integer[]));
CREATE POLICY scope_update ON area FOR UPDATE
    USING (id = ANY ((SELECT actor_scope())::integer[]));

-- Numbers only for the roles that call; data/access.py holds the same list and a test compares.
ALTER TABLE contact ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON contact
    USING (area_id = ANY ((SELECT actor_scope())::integer[])
           AND (SELECT actor_role()) IN ('system', 'administrator', 'commander', 'duty_officer', 'community_officer'))
    WITH CHECK (area_id = ANY ((SELECT actor_scope())::integer[])
           AND (SELECT actor_role()) IN ('system', 'administrator'));

-- A person sees the calls that ring him, wherever the caller sits.
CREATE FUNCTION actor_person() RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT person_id FROM actor
    WHERE id = nullif(current_setting('wangge.actor', true), '')::integer AND revoked_at IS NULL
$$;
CREATE POLICY own ON call_attempt USING (person_id = (SELECT actor_person()));
CREATE POLICY own ON shift USING (person_id = (SELECT actor_person()));

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'wangge_app') THEN
        CREATE ROLE wangge_app NOLOGIN; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'wangge_readonly') THEN
        CREATE ROLE wangge_readonly NOLOGIN; END IF;
END $$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO wangge_app, wangge_readonly;
REVOKE EXECUTE ON FUNCTION ensure_position_day(date), drop_position_days_before(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_position_day(date), drop_position_days_before(date) TO wangge_app;

GRANT SELECT ON level, area, area_path, site, grid_kind, grid, facility_kind, facility, building, road, ground,
    person, post, shift, source, latest_position, position_history, grid_visit, intake_counter,
    event_type, event_class, event, event_log, engine_mark, call_policy, call_policy_step, call_session,
    call_attempt, call_event, presence TO wangge_app, wangge_readonly;
GRANT SELECT (id, kind, name, role, area_id, person_id, source_id, expires_at, revoked_at) ON actor TO wangge_readonly;
GRANT SELECT ON contact, actor, login_code, login_session, audit TO wangge_app;
GRANT INSERT, UPDATE ON level, area, site, grid_kind, grid, facility_kind, facility, building, person, contact,
    post, shift, source, actor, login_code, login_session, latest_position, grid_visit, intake_counter,
    event_type, event_class, event, engine_mark, call_policy, call_policy_step, call_session, call_attempt,
    presence TO wangge_app;
GRANT INSERT ON road, ground, position_history, event_log, call_event, audit TO wangge_app;
GRANT DELETE ON presence, login_code, login_session TO wangge_app;

-- PostGIS operators are not LEAKPROOF as shipped, so policies would switch every GiST index off.
-- Where the migrator is no superuser this is refused, and the store still works, only slower.
DO $$
DECLARE f regprocedure;
BEGIN
    FOR f IN
        SELECT p.oid FROM pg_proc p
        WHERE p.proname IN ('geometry_overlaps', 'geography_overlaps', 'st_intersects', 'st_covers',
                            'st_contains', 'st_dwithin', 'st_within', 'geometry_contains', 'geometry_within',
                            '_st_expand', 'st_expand', 'geometry_distance_box', 'geometry_distance_centroid',
                            'geography_distance_knn')
          AND p.prokind = 'f'
    LOOP
        EXECUTE format('ALTER FUNCTION %s LEAKPROOF', f);
    END LOOP;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'PostGIS functions stay without LEAKPROOF: spatial searches under policies are slower';
END $$;
