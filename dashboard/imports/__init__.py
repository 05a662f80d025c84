"""Imports by the page: uploads on disk, a child process for each job, what it says in words."""
