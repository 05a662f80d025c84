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
