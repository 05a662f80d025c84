"""`python -m tests.system`: what the browser tests need from the system, brought as PostGIS is.

Leaves a `chromium` beside this interpreter, whether the system's or one unpacked without root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import playwright

from dashboard.embedded import EmbeddedError, debian

# Playwright's driver is a node of its own, which needs libatomic1; a bare Debian has none.
PACKAGES = ["chromium", "fonts-wqy-microhei", "libatomic1"]
BROKER = Path(sys.executable).parent / "mosquitto"  # never installed: no service shall start
LAUNCHER = Path(sys.executable).parent / "chromium"
NODE = Path(sys.executable).parent / "playwright-node"
DRIVER = Path(playwright.__file__).parent / "driver" / "node"
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/usr/share/fonts</dir><dir>{prefix}/usr/share/fonts</dir>
<include ignore_missing="yes">{prefix}/etc/fonts/conf.d</include>
<include ignore_missing="yes">/etc/fonts/conf.d</include>
<cachedir>{prefix}/fontcache</cachedir></fontconfig>
"""
SCRIPT = """#!/bin/sh
export LD_LIBRARY_PATH='{libraries}' FONTCONFIG_FILE='{prefix}/fonts.conf'
exec '{program}' "$@"
"""


def main() -> None:
    """Find a broker, a browser, a Chinese font and what the driver needs, or bring them."""
    _bring_broker()
    if not _complete() and debian.here() and os.geteuid() == 0:
        print("installing chromium and a Chinese font (apt-get)", flush=True)
        debian.install_as_root(_packages)
    found = _chromium()
    if _complete() or (found and not debian.here()):
        assert found is not None
        LAUNCHER.unlink(missing_ok=True)
        LAUNCHER.symlink_to(found)
        NODE.unlink(missing_ok=True)
    elif debian.here():
        _unpacked()
    else:
        raise SystemExit("the browser tests need chromium and a Chinese font: install them")


def broker() -> str | None:
    """The program of an MQTT broker: the system's, or one that was brought."""
    return shutil.which("mosquitto", path=f"/usr/sbin:/usr/local/sbin:{BROKER.parent}")


def _bring_broker() -> None:
    prefix = debian.cache() / "mosquitto"
    if broker() or not debian.here():
        return
    if not (prefix / "usr/sbin/mosquitto").exists():
        print(f"bringing mosquitto into {prefix} (no root needed)", flush=True)
        debian.unpack(prefix, lambda _: ["mosquitto"], without="systemd.*|init-.*|lsb-base")
    _script(BROKER, prefix, f"{prefix}/usr/sbin/mosquitto")


def use() -> None:
    """Let Playwright start by what was brought, before it is started."""
    if NODE.exists():
        os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(NODE))


def _chromium() -> str | None:
    return shutil.which("chromium", path="/usr/bin:/usr/local/bin")


def _complete() -> bool:
    return bool(_chromium()) and _has_chinese_font() and _runs(DRIVER)


def _runs(program: Path) -> bool:
    return subprocess.run([program, "--version"], capture_output=True).returncode == 0


def _unpacked() -> None:
    prefix = debian.cache() / "chromium"
    if not (prefix / "fonts.conf").exists() or not any(prefix.glob("**/libatomic.so*")):
        print(f"bringing chromium and a Chinese font into {prefix} (no root needed)", flush=True)
        debian.unpack(prefix, _packages, without="libllvm.*|systemd.*|dbus.*")
        text = FONTS.format(prefix=prefix)
        (prefix / "fonts.conf").write_text(text, encoding="utf-8")
    _script(LAUNCHER, prefix, f"{prefix}/usr/lib/chromium/chromium")
    _script(NODE, prefix, str(DRIVER))


def _script(path: Path, prefix: Path, program: str) -> None:
    libraries = debian.library_path(prefix)
    path.unlink(missing_ok=True)
    text = SCRIPT.format(libraries=libraries, prefix=prefix, program=program)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


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
