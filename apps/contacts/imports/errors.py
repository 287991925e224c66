"""What stops an import as a whole; a row that is wrong is rejected instead."""


class ImportFileError(Exception):
    """The file cannot be read as a table of contacts. The message is for people and says what to do."""


class MappingError(Exception):
    """The mapping names a header, a field or a mapping that does not exist."""


class ImportImbalance(Exception):
    """The outcomes do not add up to the rows that were read: nothing was written."""
