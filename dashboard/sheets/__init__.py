"""What people take away as a file: calls, drills, findings as tables, CSV, XLSX, GeoJSON."""
