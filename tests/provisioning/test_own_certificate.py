"""The page's own certificate: made once, the same after every start, another when names or time have run out."""

import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from provisioning.errors import ProvisioningError
from provisioning.own_certificate import VALIDITY, own_certificate

NOW = datetime(2026, 11, 17, tzinfo=UTC)


def test_it_is_made_once_and_found_again(tmp_path: Path) -> None:
    first = own_certificate(tmp_path / "page", ("lab-2.local",), NOW)
    again = own_certificate(tmp_path / "page", ("lab-2.local",), NOW)

    assert first == again
    assert first.key_file.stat().st_mode & 0o077 == 0
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(first.cert_file, first.key_file)


def test_a_unit_that_starts_without_a_clock_keeps_it(tmp_path: Path) -> None:
    first = own_certificate(tmp_path, ("lab-2.local",), NOW)

    assert own_certificate(tmp_path, ("lab-2.local",), datetime(2020, 1, 1, tzinfo=UTC)) == first


@pytest.mark.parametrize(
    ("names", "at"), [(("lab-3.local",), NOW), (("lab-2.local",), NOW + VALIDITY)], ids=["another name", "out of date"]
)
def test_another_is_made_when_it_does_not_do_any_more(names: tuple[str, ...], at: datetime, tmp_path: Path) -> None:
    first = own_certificate(tmp_path, ("lab-2.local",), NOW)

    assert own_certificate(tmp_path, names, at).fingerprint != first.fingerprint


def test_half_a_certificate_is_made_again(tmp_path: Path) -> None:
    first = own_certificate(tmp_path, ("lab-2.local",), NOW)
    first.cert_file.write_bytes(first.cert_file.read_bytes()[:100])

    assert own_certificate(tmp_path, ("lab-2.local",), NOW).fingerprint != first.fingerprint


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "page").write_text("a file")

    with pytest.raises(ProvisioningError, match="cannot be kept"):
        own_certificate(tmp_path / "page", ("lab-2.local",), NOW)
