"""Geometry as pure functions: keyword-only arguments, units in names, no database, no clock."""
