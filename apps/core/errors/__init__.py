"""Errors nobody expected: kept as groups for operators, never with anybody's values."""
