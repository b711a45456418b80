"""`make platforms`: which wheels PyPI has for each computer and Python, and their size (docs/setup.md)."""

import subprocess
import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.conftest import ROOT

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = {  # as uv calls them
    "Linux x86_64": "x86_64-manylinux_2_28",
    "Linux aarch64": "aarch64-manylinux_2_28",
    "macOS arm64": "aarch64-apple-darwin",
}


def needs():
    """What `make run`, `make backend` and `make test` install, each with what the one before it installs."""
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8").removesuffix("-e .\n")
    return [
        (pins.split("# The backend")[0], ()),
        (pins, ()),
        (pins, ("--group", f"{ROOT / 'pyproject.toml'}:dev")),
    ]


def wheels(pins, options, platform, python):
    """The megabytes of every package that is needed, by name; or, in words, what has no wheel."""
    with TemporaryDirectory() as folder:
        source, lock = Path(folder, "requirements.txt"), Path(folder, "pylock.toml")
        source.write_text(pins, encoding="utf-8")
        ask = [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "compile",
            "--quiet",
            "--only-binary",
            ":all:",
            "--no-config",
        ]
        ask += ["--python-version", python, "--python-platform", platform, *options]
        done = subprocess.run(
            [*ask, str(source), "-o", str(lock)], check=False, capture_output=True, text=True
        )
        if done.returncode:
            return {}, " ".join(done.stderr.split())
        packages = tomllib.loads(lock.read_text(encoding="utf-8"))["packages"]
    return {each["name"]: max(wheel["size"] for wheel in each["wheels"]) / 1e6 for each in packages}, ""


def main():
    print("| computer | Python | dashboard | backend adds | tests add |\n| --- | --- | --- | --- | --- |")
    failed = False
    for title, platform in PLATFORMS.items():
        for python in PYTHONS:
            cells, before = [], 0.0
            for number, (pins, options) in enumerate(needs()):
                sizes, why = wheels(pins, options, platform, python)
                failed |= bool(why)
                megabytes, before = sum(sizes.values()) - before, sum(sizes.values())
                lacking = number == 1 and "tensorflow" not in sizes
                cells.append(why or f"{megabytes:.0f} MB{', no TensorFlow' if lacking else ''}")
            print(f"| {title} | {python} | {' | '.join(cells)} |", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
