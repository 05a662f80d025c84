"""Base maps: what the administrator set, and tiles read from folders and files."""
