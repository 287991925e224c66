"""Mails of an installation without a mail server: kept in a folder, and read at /dev/mail/. Not in production."""
