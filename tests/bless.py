"""`make bless`: renew what is generated, so that the change is reviewed like any other."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Renew requirements.lock, then what the tests compare and can write themselves."""
    uv = Path(sys.executable).parent / "uv"
    command = str(uv) if uv.exists() else shutil.which("uv")
    if command:
        options = ["--quiet", "--no-emit-index-url", "--extra", "dev"]
        compile_ = [
            command,
            "pip",
            "compile",
            *options,
            "pyproject.toml",
            "-o",
            "requirements.lock",
        ]
        subprocess.run(compile_, cwd=ROOT, env={**os.environ, "UV_NATIVE_TLS": "1"}, check=True)
    bless = {**os.environ, "WANGGE_BLESS": "1"}
    written = ["tests/data/test_schema.py"]
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *written], cwd=ROOT, env=bless, check=True
    )


if __name__ == "__main__":
    main()
