"""Open311 GeoReport v2 as text: answers in JSON and XML, forms in; pure functions."""
