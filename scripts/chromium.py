"""Find a Chromium for the browser tests and screenshots; as root on Debian, install it."""

import os
import shutil
import subprocess

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class NoBrowser(Exception):
    """The message is one line for the person at the terminal."""


def find_chromium() -> str | None:
    """The program's path: $CHROMIUM, or the first usual name on PATH."""
    told = os.environ.get("CHROMIUM")
    return next((path for name in ((told,) if told else NAMES) if (path := shutil.which(name))), None)


def ensure_chromium() -> str:
    found = find_chromium()
    if found:
        return found
    if os.environ.get("CHROMIUM"):
        raise NoBrowser(f"CHROMIUM={os.environ['CHROMIUM']} is not a program.")
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise NoBrowser(
            "The browser tests need Chromium: install the package chromium (Debian: apt-get install chromium), "
            "or set CHROMIUM to its path."
        )
    print("Installing Chromium for the browser tests …", flush=True)
    for command in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        done = subprocess.run(
            ["apt-get", "-qq", *command],
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        )
        if done.returncode != 0:
            raise NoBrowser(f"Chromium could not be installed: {done.stderr.strip().splitlines()[-1:]}")
    found = find_chromium()
    if not found:
        raise NoBrowser("Chromium was installed but is not on PATH: set CHROMIUM to its path.")
    return found
