"""Geometry as pure functions: units in names, no database, no clock."""
