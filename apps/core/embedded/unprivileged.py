"""PostgreSQL refuses to run as root: run it as another user, who can still enter the project's folder.

Below a folder such as /root, which others may not enter, the server keeps one Linux capability (to search and read
folders) as an ambient one: see capabilities(7). Nothing is kept where it is not needed.
"""

import ctypes
import os
import pwd
import signal
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from apps.core.embedded.errors import SetupError

CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAPBSET_READ, PR_SET_SECUREBITS = 1, 8, 23, 28
PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 47, 2
SECBIT_NO_SETUID_FIXUP, SECBIT_KEEP_CAPS = 1 << 2, 1 << 4
_LINUX_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapabilitySets(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


@dataclass(frozen=True)
class Account:
    """Whom the server runs as; `capability` only where the folders demand one."""

    uid: int
    gid: int
    name: str
    capability: int | None = None

    def become(self) -> Callable[[], None] | None:
        """For subprocess's preexec_fn; None when nothing has to change."""
        return self._drop_root if os.geteuid() != self.uid else None

    def own(self, path: Path) -> None:
        if os.geteuid() != self.uid:
            os.chown(path, self.uid, self.gid)

    def _drop_root(self) -> None:
        if self.capability is not None:
            _checked(_libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
            # Else access(2), which initdb asks before it runs the server, would answer without the capability.
            _libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP | SECBIT_KEEP_CAPS, 0, 0, 0)
        os.setgroups([])
        os.setresgid(self.gid, self.gid, self.gid)
        os.setresuid(self.uid, self.uid, self.uid)
        if self.capability is not None:
            bit = 1 << self.capability
            header = _CapabilityHeader(_LINUX_CAPABILITY_VERSION_3, 0)
            sets = (_CapabilitySets * 2)(_CapabilitySets(bit, bit, bit), _CapabilitySets(0, 0, 0))
            _checked(_libc.capset(ctypes.byref(header), ctypes.byref(sets)))
            _checked(_libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, self.capability, 0, 0))


def server_account(home: Path, *needed: Path) -> Account:
    """The account to run the server as, able to enter every folder in `needed`; it stays the owner of `home`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), "you")
    entry = _owner(home) or _unprivileged_user()
    closed = next((path for path in needed if not _can_enter(path, entry.pw_uid, entry.pw_gid)), None)
    if closed is None:
        return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)
    for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        if _libc.prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1:
            return Account(entry.pw_uid, entry.pw_gid, entry.pw_name, capability)
    raise SetupError(
        f"PostgreSQL does not run as root, and the user {entry.pw_name} may not enter {closed}: "
        "move the project to a folder that others may enter, or run as an ordinary user."
    )


def die_with_parent() -> None:
    """For subprocess's preexec_fn: the child is asked to end when its parent is gone, however that went (Linux)."""
    if sys.platform == "linux":
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def _owner(home: Path) -> pwd.struct_passwd | None:
    try:
        owner = home.stat().st_uid
        return pwd.getpwuid(owner) if owner else None
    except (FileNotFoundError, KeyError):
        return None


def _unprivileged_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise SetupError(
        "PostgreSQL does not run as root: run as an ordinary user, or make a user named postgres."
    )


def _can_enter(path: Path, uid: int, gid: int) -> bool:
    return all(_may_search(folder, uid, gid) for folder in (path, *path.parents) if folder.is_dir())


def _may_search(folder: Path, uid: int, gid: int) -> bool:
    facts = folder.stat()
    if facts.st_uid == uid:
        return bool(facts.st_mode & stat.S_IXUSR)
    if facts.st_gid == gid:
        return bool(facts.st_mode & stat.S_IXGRP)
    return bool(facts.st_mode & stat.S_IXOTH)


def _checked(result: int) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
