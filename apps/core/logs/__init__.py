"""What the product says while it runs: one line for each record, JSON or readable, without anybody's data.

Our own events come from `structlog.get_logger(__name__)`: a fixed name such as "http.request", and attributes that
attributes.py knows. Everything that libraries say through `logging` goes through the same formatter, scrubbed.
"""
