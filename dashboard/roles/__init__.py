"""The processes of a site beside the web role, and what starts and ends them."""
