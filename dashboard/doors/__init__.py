"""The doors: sign-in by password, a one-time link on this machine, a kiosk's link, sign-out."""
