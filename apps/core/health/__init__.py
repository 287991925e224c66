"""Whether the process lives, whether it may get requests, and how what it stands on is doing."""
