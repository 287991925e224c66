"""Print a fresh SECRET_KEY. Needs only Python."""

import secrets

if __name__ == "__main__":
    print(secrets.token_urlsafe(64))
