"""Ed25519 signatures under promotions. Needs the `cryptography` package, and only then."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spanglass.errors import ConfigurationError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Signed:
    """Both base64."""

    signature: str
    public_key: str


def sign(statement: bytes, key_file: Path) -> Signed:
    """Raises ConfigurationError when the file holds no Ed25519 private key."""
    key = _private_key(key_file)
    public = key.public_key().public_bytes_raw()
    return Signed(base64.b64encode(key.sign(statement)).decode(), base64.b64encode(public).decode())


def is_signed(statement: bytes, signed: Signed) -> bool:
    """Whether the holder of `signed.public_key` signed exactly this statement. Whose key it is, the reader decides."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(signed.public_key, validate=True))
        key.verify(base64.b64decode(signed.signature, validate=True), statement)
    except (InvalidSignature, ValueError):
        return False
    return True


def _private_key(key_file: Path) -> Ed25519PrivateKey:
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError as error:
        raise ConfigurationError('signed promotions need: pip install "spanglass[signing]"') from error
    try:
        key = load_pem_private_key(key_file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise ConfigurationError(f"{key_file} holds no private key that can be read without a password") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigurationError(
            f"{key_file} must hold an Ed25519 key: openssl genpkey -algorithm ed25519 -out {key_file}"
        )
    return key
