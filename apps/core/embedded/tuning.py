"""Settings of the embedded server, for one small machine that also runs the web processes."""

import os
from pathlib import Path

MB = 1024**2
LARGEST_SHARED_BUFFERS = 2048 * MB


def server_settings() -> dict[str, str]:
    """What performance was measured with, scaled to this machine's memory."""
    memory = memory_bytes()
    shared_buffers = max(128 * MB, min(memory // 4, LARGEST_SHARED_BUFFERS))
    return {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{shared_buffers // MB}MB",
        "effective_cache_size": f"{max(shared_buffers, memory * 6 // 10) // MB}MB",
        "work_mem": "32MB",
        "maintenance_work_mem": f"{max(64 * MB, min(memory // 8, 512 * MB)) // MB}MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        # Solid-state disks: a page elsewhere costs hardly more than the next one.
        "random_page_cost": "1.1",
        # Pages of 50 rows: compiling a query takes longer than running it.
        "jit": "off",
        "max_parallel_workers_per_gather": "1",
        "max_parallel_maintenance_workers": "2",
        "password_encryption": "scram-sha-256",
        "log_statement": "none",
        "log_min_duration_statement": "-1",
        "log_line_prefix": "%m [%p] ",
        "log_timezone": "UTC",
        "timezone": "UTC",
    }


def memory_bytes() -> int:
    """What this machine, or the container around us, grants."""
    installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            return min(installed, int(Path(limit).read_text()))
        except (OSError, ValueError):
            continue
    return installed
