"""`python -m dashboard.cli`: how the supervisor starts a role with its own interpreter."""

from dashboard.cli import main

main(prog_name="wangge")
