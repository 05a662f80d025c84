"""Questions about the town: the figures of a moment, the layers of the map, the cards."""
