"""The grid contract: checked topology, re-cuts with lineage, and what changed between two days."""
