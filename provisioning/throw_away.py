"""A certificate authority that lives for one demo.

::

    authority = ThrowAwayAuthority(folder, at, is_demo=True)
    authority.server("127.0.0.1", "localhost")  ->  authority.pem, server-1.pem, server-1.key
    authority.unit("lab-2", room="Science 3")   ->  authority.pem, lab-2.pem, lab-2.key

Whoever can read its folder can be any unit and any school, so it refuses to work outside a demo.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from provisioning.authority import Authority, new_key, write_certificate, write_key
from provisioning.errors import demo_only


@dataclass(frozen=True, slots=True)
class CredentialFiles:
    """What one end of a connection is known by, as files."""

    ca_file: Path
    """The authority's certificate."""
    cert_file: Path
    key_file: Path
    """Readable by its owner only."""


class ThrowAwayAuthority:
    """An authority whose own key is never written down."""

    def __init__(self, folder: Path, at: datetime, *, is_demo: bool) -> None:
        """Make one whose files go into `folder`. Raises `ProvisioningError` (demo only) unless `is_demo`."""
        if not is_demo:
            raise demo_only("A throw-away certificate authority")
        self.authority = Authority.create("a demonstration", None, at)  # nats-server is written in Go
        self._folder = folder
        self._at = at
        self._servers = 0
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.ca_file = folder / "authority.pem"
        self.ca_file.write_bytes(self.authority.pem)

    def server(self, *names: str) -> CredentialFiles:
        """Make key and certificate of a server."""
        key = new_key()
        self._servers += 1
        return self._write(
            f"server-{self._servers}", key, self.authority.issue_server(names, key.public_key(), self._at)
        )

    def unit(self, unit_id: str, room: str = "Demo") -> CredentialFiles:
        """Make key and certificate of a unit."""
        key = new_key()
        return self._write(unit_id, key, self.authority.issue_unit(unit_id, room, key.public_key(), self._at))

    def school(self) -> CredentialFiles:
        """Make key and certificate of the school's end of the MQTT session."""
        key = new_key()
        return self._write("School", key, self.authority.issue_school(key.public_key(), self._at))

    def _write(self, name: str, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> CredentialFiles:
        files = CredentialFiles(self.ca_file, self._folder / f"{name}.pem", self._folder / f"{name}.key")
        write_key(files.key_file, key)
        write_certificate(files.cert_file, certificate)
        return files
