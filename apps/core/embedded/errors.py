class SetupError(Exception):
    """The product cannot start; the message is one line for the person at the terminal."""
