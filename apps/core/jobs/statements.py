"""The queue's statements, by name."""

from pathlib import Path

from apps.core.sql import load_sql

SQL = load_sql(Path(__file__).with_name("sql") / "jobs.sql")
