"""What an import takes where nothing else is said."""

WHOLE_MB = 400  # of a file that is held as a whole: in memory it takes up to ten times as much
