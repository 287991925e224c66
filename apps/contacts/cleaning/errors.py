"""What cleaning says when a text means nothing for its field."""


class CleaningError(ValueError):
    """Its message is a sentence for people: what is wrong and what would be right. It does not repeat the text."""
