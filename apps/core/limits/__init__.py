"""How often something may be done, counted in PostgreSQL (docs/reliability.md, "Rate limits").

A view says its route class: `@requires(..., limit="search")`, `@limited("reset")`; settings.RATE_LIMITS has the rates.
"""
