-- Kinds that tile together: each place of their areas lies in one grid of one of them (zone and
-- service grids of a village). NULL: a kind that tiles does so alone.
ALTER TABLE grid_kind ADD COLUMN tiles_with text REFERENCES grid_kind CHECK (tiles_with IS NULL OR tiles);
