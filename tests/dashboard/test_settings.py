"""What the environment says, and what it may not say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.cli import COMMANDS
from dashboard.settings import Settings
from data.errors import Invalid


def test_defaults() -> None:
    settings = Settings.load({"HOME": "/x"})
    assert settings.base_url == "http://127.0.0.1:8050"
    assert settings.home == Path("~/.local/share/wangge").expanduser()


def test_the_environment_is_honoured() -> None:
    settings = Settings.load({"PORT": "9000", "WANGGE_HOME": "/srv/w", "WANGGE_HOST": "0.0.0.0"})
    assert (settings.port, settings.home) == (9000, Path("/srv/w"))
    assert settings.base_url == "http://127.0.0.1:9000"


def test_urls_do_not_show() -> None:
    settings = Settings.load({"DATABASE_URL": "postgresql://a:secret@h/d"})
    assert settings.readonly_url == settings.app_url
    assert "secret" not in repr(settings)


@pytest.mark.parametrize("port", ["0", "65536", "eight", "-1"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(Invalid, match="a port is a number"):
        Settings.load({"PORT": port})


@pytest.mark.parametrize("size", ["0", "-1", "4e2", "400 MB"])
def test_a_limit_of_files_is_a_number_of_megabytes(size: str) -> None:
    with pytest.raises(Invalid, match="number of megabytes"):
        Settings.load({"WANGGE_IMPORT_MB": size})
    assert Settings.load({"WANGGE_IMPORT_MB": "2000"}).import_mb == 2000
    assert Settings.load({}).import_mb == 400


def test_a_certificate_needs_its_key() -> None:
    with pytest.raises(Invalid, match="go together"):
        Settings.load({"WANGGE_TLS_CERT": "/c.pem"})


def test_help_names_every_command_and_imports_none() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from dashboard.cli import main\n"
        "print(CliRunner().invoke(main, ['--help']).output)\n"
        "assert not {'dash', 'geopandas', 'uvicorn', 'pandas'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for name, entry in COMMANDS.items():
        assert f"  {name} " in done.stdout
        assert entry.help.split()[0] in done.stdout
