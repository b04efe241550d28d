"""An identity file as the school sees one: it names her keys and its ways in, and nothing opens it.

A real one takes half a second of PBKDF2 for each way.
"""

import secrets

from lesson.footage.identity_file import KDF, ROUNDS, SEALED_KIND, VERSION, IdentityFile, Wrap
from lesson.footage.recipients import Recipient

BOTH = ("passphrase", "recovery_code")


def locked_file(keys: Recipient, *by: str) -> bytes:
    """With five words and a recovery code, or what else is named."""
    wraps = (
        Wrap(each, KDF, ROUNDS, secrets.token_bytes(16), secrets.token_bytes(12), secrets.token_bytes(48))
        for each in by or BOTH
    )
    return IdentityFile(
        kind=SEALED_KIND,
        v=VERSION,
        encryption_key=keys.encryption_key.hex(),
        signing_key=keys.signing_key.hex(),
        nonce=secrets.token_bytes(12),
        sealed=secrets.token_bytes(80),
        wraps=tuple(wraps),
    ).encode()
