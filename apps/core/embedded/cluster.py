"""Making, starting and stopping the server. One file lock around each, so two commands at once make one server."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path

from apps.core.embedded.description import APP_ROLE, NAME, SOCKET_PORT, Layout
from apps.core.embedded.errors import SetupError
from apps.core.embedded.postmaster import clear_stale_locks, find_postmaster
from apps.core.embedded.private_files import locked, make_folder, remembered_secret
from apps.core.embedded.programs import Programs, find_programs
from apps.core.embedded.tuning import server_settings
from apps.core.embedded.unprivileged import Account, server_account

# After a power cut the server first replays its log: up to max_wal_size, which is minutes on a slow disk.
START_SECONDS = 300
STOP_SECONDS = 60
SUPERUSER = "postgres"


def ensure_running(data_dir: Path) -> bool:
    """Make the cluster if there is none, start the server if it is down; True when this call started it."""
    _refuse_foreign_owner(data_dir)
    layout = Layout(data_dir)
    if is_running(data_dir) and layout.app_password_file.exists():
        return False
    with locked(layout.lock):
        if _became_ready(layout):
            if layout.app_password_file.exists():
                return False
            # Started by a version of the product that had one role: the other one is made while the server is down.
            _stop(layout)
        try:
            _make_and_start(layout)
        except OSError as error:
            raise SetupError(
                f"The database did not start: {error}. Its files are in {layout.home}"
            ) from error
    return True


def is_running(data_dir: Path) -> bool:
    """Whether the server of this data folder is up and has finished starting."""
    server = find_postmaster(Layout(data_dir).cluster)
    return server is not None and server.is_ready


def stop(data_dir: Path) -> bool:
    """Stop the server, ending its connections; True when there was one to stop."""
    layout = Layout(data_dir)
    if not layout.cluster.exists():
        return False
    with locked(layout.lock):
        return _stop(layout)


def _stop(layout: Layout) -> bool:
    server = find_postmaster(layout.cluster)
    if server is None:
        return False
    os.kill(server.process_id, signal.SIGINT)  # "fast shutdown" of the server's manual
    deadline = time.monotonic() + STOP_SECONDS
    while find_postmaster(layout.cluster) is not None:
        if time.monotonic() > deadline:
            raise SetupError(
                f"The database (process {server.process_id}) did not stop in {STOP_SECONDS} seconds."
            )
        time.sleep(0.05)
    return True


def _became_ready(layout: Layout) -> bool:
    """Wait for a server that somebody else is just starting or stopping."""
    deadline = time.monotonic() + START_SECONDS
    while (server := find_postmaster(layout.cluster)) is not None:
        if server.is_ready:
            return True
        if time.monotonic() > deadline:
            raise SetupError(
                f"The database (process {server.process_id}) has been {server.status} for too long: see {layout.log}"
            )
        time.sleep(0.1)
    return False


def _refuse_foreign_owner(data_dir: Path) -> None:
    owner = data_dir.stat().st_uid if data_dir.exists() else os.geteuid()
    if os.geteuid() not in (0, owner):
        raise SetupError(
            f"The data folder {data_dir} belongs to another user (number {owner}): "
            "run as that user, or set APP_DATA_DIR to a folder that you own."
        )


def _make_and_start(layout: Layout) -> None:
    existing = _version_of(layout.cluster)
    programs = find_programs(existing)
    account = server_account(layout.home, layout.data_dir, programs.folder)
    _prepare_folders(layout, account)
    if existing is None:
        _make_cluster(layout, programs, account)
    if not layout.app_password_file.exists():
        clear_stale_locks(layout.cluster, layout.socket_lock)
        _make_app_role(layout, programs, account)
    _start(layout, programs, account)


def _prepare_folders(layout: Layout, account: Account) -> None:
    for folder in (layout.home, layout.socket_folder):
        make_folder(folder)
        if folder.is_symlink() or folder.stat().st_uid not in (os.geteuid(), account.uid):
            raise SetupError(f"The folder {folder} belongs to somebody else. Remove it, or set APP_DATA_DIR.")
        folder.chmod(0o700)
        account.own(folder)


def _version_of(cluster: Path) -> int | None:
    try:
        return int((cluster / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise SetupError(f"The database folder {cluster} cannot be read: {error}.") from error


def _make_cluster(layout: Layout, programs: Programs, account: Account) -> None:
    """Built under another name and renamed when complete, so an interrupted first start leaves no half cluster."""
    if layout.cluster.exists():
        raise SetupError(
            f"{layout.cluster} is there but holds no database: look at it, and move it away yourself to start afresh."
        )
    draft = layout.home / "cluster.unfinished"
    shutil.rmtree(draft, ignore_errors=True)
    superuser_password = remembered_secret(layout.superuser_password, secrets.token_urlsafe(32))
    line = remembered_secret(layout.password_file, f"*:*:*:{NAME}:{secrets.token_urlsafe(32)}")
    password_file = layout.home / "superuser-password.unfinished"
    password_file.unlink(missing_ok=True)
    with os.fdopen(os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(superuser_password)
    account.own(password_file)
    try:
        command = [programs.path("initdb"), "-D", str(draft), f"--username={SUPERUSER}", "--encoding=UTF8"]
        command += ["--auth=scram-sha-256", f"--pwfile={password_file}", *_locale_arguments(programs)]
        _run(command, account, layout, "The database could not be made")
    finally:
        password_file.unlink(missing_ok=True)
    _make_role_and_database(draft, programs, account, layout, password=line.rsplit(":", 1)[-1])
    draft.rename(layout.cluster)


def _locale_arguments(programs: Programs) -> list[str]:
    """UTF-8 rules that are the same on every machine; the builtin provider came with PostgreSQL 17.

    pg_trgm asks the C library what a letter is: with LC_CTYPE=C it finds none in a Greek, Cyrillic or Chinese name, and
    a search for one reads every contact.
    """
    if programs.major >= 17:
        return ["--locale=C", "--lc-ctype=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8", "--lc-messages=C"]


def _make_role_and_database(
    draft: Path, programs: Programs, account: Account, layout: Layout, *, password: str
) -> None:
    """An ordinary owner of the database, no superuser, as it would be on an operator's server."""
    statements = (
        f"CREATE ROLE {NAME} LOGIN CREATEDB PASSWORD '{password}'\n"
        f"GRANT pg_read_all_stats TO {NAME}\n"
        f"CREATE DATABASE {NAME} OWNER {NAME}\n"
    )
    _tell(draft, statements, programs, account, layout)


def _make_app_role(layout: Layout, programs: Programs, account: Account) -> None:
    """The role that the product runs as; what it may do in which table is said after each migration.

    Its password file comes last: without one, an interrupted attempt is made again.
    """
    password = secrets.token_urlsafe(32)
    statements = (
        f"DO $$ BEGIN CREATE ROLE {APP_ROLE}; EXCEPTION WHEN duplicate_object THEN NULL; END $$\n"
        f"ALTER ROLE {APP_ROLE} LOGIN PASSWORD '{password}'\n"
        f"GRANT pg_read_all_stats TO {APP_ROLE}\n"
        # So that the owner can look at things, and test them, as the product does.
        f"GRANT {APP_ROLE} TO {NAME}\n"
    )
    _tell(layout.cluster, statements, programs, account, layout)
    remembered_secret(layout.app_password_file, f"*:*:*:{APP_ROLE}:{password}")


def _tell(cluster: Path, statements: str, programs: Programs, account: Account, layout: Layout) -> None:
    """Statements, one a line, for the superuser of a server that is down."""
    command = [
        programs.path("postgres"),
        "--single",
        "-D",
        str(cluster),
        "-c",
        "exit_on_error=on",
        "postgres",
    ]
    _run(command, account, layout, "The database could not be made", typed=statements)


def _start(layout: Layout, programs: Programs, account: Account) -> None:
    clear_stale_locks(layout.cluster, layout.socket_lock)
    _write_settings(layout, account)
    log = layout.log
    if not log.exists() or log.stat().st_size > 10_000_000:
        log.write_text("")
        log.chmod(0o600)
        account.own(log)
    already_said = log.stat().st_size
    command = [programs.path("pg_ctl"), "start", "-D", str(layout.cluster), "-l", str(log)]
    command += ["-w", "-s", "-t", str(START_SECONDS)]
    try:
        _run(command, account, layout, "The database did not start")
    except SetupError as error:
        raise SetupError(_why(log, already_said) or str(error)) from error


def _write_settings(layout: Layout, account: Account) -> None:
    lines = [f"{name} = '{value}'\n" for name, value in server_settings().items()]
    lines += [f"unix_socket_directories = '{layout.socket_folder}'\n", f"port = {SOCKET_PORT}\n"]
    ours = layout.cluster / f"{NAME}.conf"
    ours.write_text("".join(lines))
    account.own(ours)
    main = layout.cluster / "postgresql.conf"
    include = f"include '{ours.name}'\n"
    if include not in main.read_text():
        with main.open("a") as file:
            file.write(f"\n# Written afresh at every start by the product.\n{include}")


def _run(command: list[str], account: Account, layout: Layout, failure: str, *, typed: str = "") -> None:
    # The server must outlive this process and must not get the terminal's Ctrl-C: `stop` ends it in good order.
    done = subprocess.run(
        command,
        input=typed,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=layout.home,
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        preexec_fn=account.become(),
        start_new_session=True,
        check=False,
    )
    if done.returncode != 0:
        last = [line for line in done.stdout.splitlines() if line.strip()][-1:] or ["no reason given"]
        raise SetupError(f"{failure}: {last[0].strip()}")


def _why(log: Path, offset: int) -> str:
    """The server's own last word, which pg_ctl only points at."""
    with log.open("rb") as file:
        file.seek(offset)
        said = file.read().decode(errors="replace").splitlines()
    fatal = [line for line in said if "FATAL:" in line or "PANIC:" in line or "could not" in line]
    if not fatal:
        return ""
    reason = fatal[-1].split(": ", 1)[-1].strip()
    return f"The database did not start: {reason} (all of it is in {log})"
