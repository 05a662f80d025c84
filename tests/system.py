"""`python -m tests.system`: what the browser tests need from the system, brought as PostGIS is.

Leaves a `chromium` beside this interpreter, whether the system's or one unpacked without root.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from dashboard.embedded import EmbeddedError, debian

PACKAGES = ["chromium", "fonts-wqy-microhei"]
LAUNCHER = Path(sys.executable).parent / "chromium"
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/usr/share/fonts</dir><dir>{prefix}/usr/share/fonts</dir>
<include ignore_missing="yes">{prefix}/etc/fonts/conf.d</include>
<include ignore_missing="yes">/etc/fonts/conf.d</include>
<cachedir>{prefix}/fontcache</cachedir></fontconfig>
"""
SCRIPT = """#!/bin/sh
export LD_LIBRARY_PATH='{libraries}' FONTCONFIG_FILE='{prefix}/fonts.conf'
exec '{prefix}/usr/lib/chromium/chromium' "$@"
"""


def main() -> None:
    """Find a browser and a Chinese font, or bring them."""
    found = shutil.which("chromium", path="/usr/bin:/usr/local/bin")
    if not (found and _has_chinese_font()) and debian.here() and os.geteuid() == 0:
        print("installing chromium and a Chinese font (apt-get)", flush=True)
        debian.install_as_root(_packages)
        found = shutil.which("chromium", path="/usr/bin:/usr/local/bin")
    if found and (_has_chinese_font() or not debian.here()):
        LAUNCHER.unlink(missing_ok=True)
        LAUNCHER.symlink_to(found)
    elif debian.here():
        _unpacked()
    else:
        raise SystemExit("the browser tests need chromium and a Chinese font: install them")


def _unpacked() -> None:
    prefix = debian.cache() / "chromium"
    if not (prefix / "fonts.conf").exists():
        print(f"bringing chromium and a Chinese font into {prefix} (no root needed)", flush=True)
        debian.unpack(prefix, _packages, without="libllvm.*|systemd.*|dbus.*")
        text = FONTS.format(prefix=prefix)
        (prefix / "fonts.conf").write_text(text, encoding="utf-8")
    script = SCRIPT.format(prefix=prefix, libraries=debian.library_path(prefix))
    LAUNCHER.unlink(missing_ok=True)
    LAUNCHER.write_text(script, encoding="utf-8")
    LAUNCHER.chmod(0o755)


def _packages(_: Sequence[str]) -> list[str]:
    return PACKAGES


def _has_chinese_font() -> bool:
    return any(Path("/usr/share/fonts").glob("**/wqy-*")) or any(
        Path("/usr/share/fonts").glob("**/*CJK*")
    )


if __name__ == "__main__":
    try:
        main()
    except EmbeddedError as error:
        raise SystemExit(f"the browser for the tests did not come: {error}") from error
