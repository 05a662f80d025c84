"""The town and what may happen in it: schema, rules, queries and imports. Talks to PostGIS only."""
