-- name: create_site
INSERT INTO site (name_zh, name_en, timezone) VALUES (%(name_zh)s, %(name_en)s, %(timezone)s);

-- name: create_level
INSERT INTO level (code, rank, name_zh, name_en) VALUES (%(code)s, %(rank)s, %(name_zh)s, %(name_en)s)
ON CONFLICT (code) DO NOTHING;

-- name: create_root
INSERT INTO area (code, name, level) VALUES (%(code)s, %(name)s, 'site');

-- name: create_system_actor
INSERT INTO actor (kind, name, role, area_id)
SELECT 'system', 'system', 'system', id FROM area WHERE parent_id IS NULL AND valid_to IS NULL;

-- name: exists
SELECT count(*) FROM site;

-- name: read
SELECT s.name_zh, s.name_en, s.timezone, s.fresh_s, s.ageing_s, s.offline_s, s.load_kind,
       s.duty_from, s.duty_to, s.mark,
       s.open311_public, s.open311_daily, s.open311_jurisdiction, s.public_url, s.contacts_days, s.clock_speed, s.anchor_real, s.anchor_site
FROM site s;

-- name: set_clock
UPDATE site SET clock_speed = %(speed)s, anchor_real = %(anchor_real)s, anchor_site = %(anchor_site)s;

-- name: set_load_kind
UPDATE site SET load_kind = %(kind)s;

-- name: set_duty_hours
UPDATE site SET duty_from = %(start)s, duty_to = %(end)s;

-- name: open311
SELECT open311_public AS public, open311_daily AS daily, open311_jurisdiction AS jurisdiction FROM site;

-- name: set_open311
UPDATE site SET open311_public = %(public)s, open311_daily = %(daily)s, open311_jurisdiction = %(jurisdiction)s;

-- name: set_public_url
UPDATE site SET public_url = %(url)s;

-- name: set_contacts_days
UPDATE site SET contacts_days = %(days)s;
