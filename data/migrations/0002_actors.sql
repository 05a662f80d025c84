-- Who may act: accounts, tokens, kiosks and the system itself; their sessions; the audit.
CREATE TABLE source (
    id        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name      text NOT NULL UNIQUE,
    kind      text NOT NULL DEFAULT 'api',           -- worker hotline citizen video sensor file api
    area_id   integer NOT NULL REFERENCES area,      -- where its unlocated events belong
    coord_sys text NOT NULL DEFAULT 'WGS84'
);

CREATE TABLE actor (
    id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind          text NOT NULL CHECK (kind IN ('account', 'token', 'kiosk', 'system')),
    name          text NOT NULL,
    role          text NOT NULL,
    area_id       integer NOT NULL REFERENCES area,
    person_id     integer REFERENCES person,
    source_id     integer REFERENCES source,
    password_hash text,                              -- argon2, accounts
    secret_hash   bytea UNIQUE,                      -- sha-256, tokens and kiosk links
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz,
    revoked_at    timestamptz
);
CREATE UNIQUE INDEX actor_account ON actor (name) WHERE kind = 'account';
CREATE UNIQUE INDEX actor_system ON actor (kind) WHERE kind = 'system';

CREATE TABLE login_code (                            -- one-time sign-in; used by its session's first request
    code_hash  bytea PRIMARY KEY,
    actor_id   integer NOT NULL REFERENCES actor,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);

CREATE TABLE login_session (
    secret_hash bytea PRIMARY KEY,
    actor_id    integer NOT NULL REFERENCES actor,
    code_hash   bytea REFERENCES login_code,         -- NULL once confirmed
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    revoked_at  timestamptz
);

CREATE TABLE audit (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL,
    actor_id    integer,
    action      text NOT NULL,
    object      text,
    detail      jsonb NOT NULL DEFAULT '{}',
    recorded_at timestamptz NOT NULL DEFAULT now()
);

-- The areas that the transaction's actor may see. Fails closed: no actor, an empty or unknown
-- one, or a revoked one sees nothing. SECURITY DEFINER because the policies themselves call it.
CREATE FUNCTION actor_scope() RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT coalesce(array_agg(p.area_id), '{}')
    FROM actor x JOIN area_path p ON p.ancestor_id = x.area_id
    WHERE x.id = nullif(current_setting('wangge.actor', true), '')::integer
      AND x.revoked_at IS NULL
$$;

CREATE FUNCTION actor_role() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT role FROM actor
    WHERE id = nullif(current_setting('wangge.actor', true), '')::integer AND revoked_at IS NULL
$$;

-- The scope and what lies above it: names for the breadcrumb, nothing more.
CREATE FUNCTION actor_ancestry() RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT coalesce(array_agg(p.ancestor_id), '{}')
    FROM actor x JOIN area_path p ON p.area_id = x.area_id
    WHERE x.id = nullif(current_setting('wangge.actor', true), '')::integer
      AND x.revoked_at IS NULL
$$;
