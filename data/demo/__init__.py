"""The invented town: pure, seeded generators of everything the demo shows."""
