"""The live feed: one world in memory per process, one view and one encoded frame per scope."""
