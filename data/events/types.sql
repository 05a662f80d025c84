-- name: all
SELECT id, code, class, name_zh, name_en, limit_s FROM event_type;

-- name: classes
SELECT class, name_zh, name_en FROM event_class;

-- name: add_classes
INSERT INTO event_class (class, rank, name_zh, name_en)
SELECT name, (SELECT coalesce(max(rank) FILTER (WHERE class <> 'other'), 0) FROM event_class) + place, name, name
FROM unnest(%(names)s::text[]) WITH ORDINALITY AS wanted (name, place)
ON CONFLICT (class) DO NOTHING;

-- name: add_types
INSERT INTO event_type (code, class, name_zh, name_en)
SELECT code, class, code, code
FROM unnest(%(codes)s::text[], %(classes)s::text[]) AS wanted (code, class)
ON CONFLICT (code) DO NOTHING;

-- name: services
SELECT t.code, t.name_zh, t.name_en, t.limit_s, t.attributes, c.name_zh AS class_zh, c.name_en AS class_en
FROM event_type t JOIN event_class c ON c.class = t.class
WHERE (%(code)s::text IS NULL OR t.code = %(code)s) AND t.class <> 'alert'
ORDER BY c.rank, t.code;

-- name: set_attributes
UPDATE event_type SET attributes = %(attributes)s::jsonb WHERE code = %(code)s RETURNING id;

-- name: add_alert
WITH made AS (
    INSERT INTO event_class (class, rank, name_zh, name_en) VALUES ('alert', 98, '预警', 'Alert')
    ON CONFLICT (class) DO NOTHING
)
INSERT INTO event_type (code, class, name_zh, name_en, urgent) VALUES ('alert', 'alert', '预警', 'Alert', true)
ON CONFLICT (code) DO NOTHING;
