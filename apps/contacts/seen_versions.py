"""The version of a contact that a form was made from, as it goes through the visitor's hands.

The number tells how often a contact has changed, in columns too that the visitor may not see: so nobody can read it, or
try numbers until one fits.
"""

import struct

from apps.core.sealing import seal, unseal

_PURPOSE = "contacts.seen_version"
_BOTH = struct.Struct(">qq")  # of one length, whatever the numbers


def sealed_version(contact_id: int, version: int) -> str:
    return seal(_BOTH.pack(contact_id, version), purpose=_PURPOSE)


def seen_version(sealed: str, contact_id: int) -> int:
    """The version that was sealed for this contact; 0, as if nothing had been seen, for anything else."""
    plain = unseal(sealed, purpose=_PURPOSE)
    if plain is None:
        return 0
    of_contact, version = _BOTH.unpack(plain)
    return int(version) if of_contact == contact_id else 0
