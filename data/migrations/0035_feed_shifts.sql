-- Feeds that lie beside the map by a constant shift, as the coordinate guard last found them: no row,
-- nothing suspected. Read by /healthz too, which knows no actor.
CREATE TABLE feed_shift (
    source     text NOT NULL,
    what       text NOT NULL CHECK (what IN ('events', 'positions')),
    reference  text NOT NULL,                        -- what it was held against
    conversion text NOT NULL,                        -- that would fit; '': none of the known ones
    crs        text NOT NULL,                        -- what the source should declare; '': not known
    points     integer NOT NULL,
    share      double precision NOT NULL,            -- of the points that lie so
    shift_m    double precision NOT NULL,
    before_m   double precision NOT NULL,            -- median distances to the reference
    after_m    double precision NOT NULL,
    PRIMARY KEY (source, what)
);
CREATE TABLE feed_check (checked_at timestamptz NOT NULL);  -- real time of the last look, one row
INSERT INTO feed_check VALUES ('-infinity');
GRANT SELECT ON feed_shift, feed_check TO wangge_app, wangge_readonly;
GRANT INSERT, DELETE ON feed_shift TO wangge_app;
GRANT UPDATE ON feed_check TO wangge_app;
