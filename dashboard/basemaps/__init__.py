"""The base map in a process: its tiles, a service outside, an administrator's wish made ready."""
