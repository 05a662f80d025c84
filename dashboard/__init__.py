"""Everything that touches the world: screens, HTTP, the live feed, calls, the CLI, the clock."""
