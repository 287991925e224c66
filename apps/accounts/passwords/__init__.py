"""Which passwords are refused: length and Django's list by settings, breached and guessable ones here."""
