-- name: wait_for_turn
-- Two commands that start at once: one makes the roles, the other finds them. Ends with the session.
SELECT pg_advisory_lock(2003004007)

-- name: missing_roles
-- The login roles that do not exist yet, as statements that make them.
SELECT format('CREATE ROLE %%I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT PASSWORD %%L',
              wanted.name, wanted.password)
FROM unnest(%(names)s::text[], %(passwords)s::text[]) AS wanted (name, password)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name)

-- name: missing_database
SELECT format('CREATE DATABASE %%I', %(name)s::text)
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = %(name)s)

-- name: make_readonly
SELECT format('ALTER ROLE %%I SET default_transaction_read_only = on', %(name)s::text)

-- name: missing_groups
SELECT format('CREATE ROLE %%I NOLOGIN', wanted.name)
FROM unnest(%(groups)s::text[]) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name)

-- name: missing_members
SELECT format('GRANT %%I TO %%I', wanted.name, wanted.member)
FROM unnest(%(groups)s::text[], %(members)s::text[]) AS wanted (name, member)
WHERE NOT pg_has_role(wanted.member, wanted.name, 'USAGE')

-- name: current_powers
SELECT rolname::text AS role, rolsuper OR rolbypassrls AS unbound
FROM pg_roles WHERE rolname = current_user
