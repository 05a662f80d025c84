"""The site, its areas, grids, facilities and roads."""
