"""Second factors: authenticator app, passkeys, recovery codes, and which roles must have one.

docs/decisions/0009-second-factors.md says what is django-allauth's here, what is ours, and why.
"""
