"""The school's authority says which box is which, to its own servers and for nothing else."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from lesson.problems import DEMO_ONLY
from provisioning.authority import (
    Authority,
    new_key,
    public_key_of_request,
    unit_of_certificate,
    write_key,
)
from provisioning.errors import ProvisioningError
from provisioning.throw_away import ThrowAwayAuthority

AT = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
NAMES = ("school.example", "10.1.0.0/16")
KEY = new_key()


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.create("Elm School", NAMES, AT)


def client_verifier(authority: Authority, at: datetime = AT):  # noqa: ANN201
    return PolicyBuilder().store(Store([authority.certificate])).time(at).build_client_verifier()


def verify_server(authority: Authority, certificate: x509.Certificate, name: str) -> None:
    policy = PolicyBuilder().store(Store([authority.certificate])).time(AT)
    policy.build_server_verifier(x509.DNSName(name)).verify(certificate, [])


def request(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, name: str = "head-office") -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signed = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, SHA256())
    return signed.public_bytes(serialization.Encoding.PEM)


def test_a_units_certificate_holds_for_a_client_and_names_the_unit(authority: Authority) -> None:
    certificate = authority.issue_unit("lab-2", "Science 3", KEY.public_key(), AT)
    verified = client_verifier(authority).verify(certificate, [])
    assert verified.subjects == [x509.UniformResourceIdentifier("urn:waitwise:unit:lab-2")]
    assert certificate.subject.rfc4514_string() == "OU=Science 3,CN=lab-2"
    assert unit_of_certificate(certificate) == "lab-2"


def test_a_units_certificate_is_no_servers_and_a_servers_no_units(authority: Authority) -> None:
    unit = authority.issue_unit("lab-2", "Science 3", KEY.public_key(), AT)
    server = authority.issue_server(("school.example",), KEY.public_key(), AT)
    with pytest.raises(VerificationError):
        verify_server(authority, unit, "lab-2")
    with pytest.raises(VerificationError):
        client_verifier(authority).verify(server, [])
    with pytest.raises(ProvisioningError):
        unit_of_certificate(server)
    with pytest.raises(ProvisioningError):
        unit_of_certificate(authority.issue_school(KEY.public_key(), AT))


def test_a_server_is_reached_under_the_names_of_the_school(authority: Authority) -> None:
    names = ("school.example", "waitwise.school.example", "10.1.2.3")
    certificate = authority.issue_server(names, KEY.public_key(), AT)
    verify_server(authority, certificate, "waitwise.school.example")


@pytest.mark.parametrize("name", ["bank.example", "notschool.example", "10.2.0.1", "::1"])
def test_the_authority_cannot_imitate_anybody_else(authority: Authority, name: str) -> None:
    with pytest.raises(ProvisioningError):
        authority.issue_server((name,), KEY.public_key(), AT)


@pytest.mark.parametrize("name", ["bank.example", "10.2.0.1"])
def test_and_nobody_believes_somebody_who_stole_its_key(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    class Thief(Authority):
        def _may_name(self, name: x509.GeneralName) -> bool:
            return True

    forged = Thief(authority._key, authority.certificate).issue_server((name, "school.example"), KEY.public_key(), AT)
    with pytest.raises(VerificationError):
        verify_server(authority, forged, "school.example")


def test_kinds_of_names_that_were_not_given_are_excluded_as_a_whole() -> None:
    for names, forged in ((("school.example",), "10.0.0.1"), (("10.0.0.1",), "bank.example")):
        authority = Authority.create("Elm School", names, AT)
        with pytest.raises(ProvisioningError):
            authority.issue_server((forged,), KEY.public_key(), AT)
        constraints = authority.certificate.extensions.get_extension_for_class(x509.NameConstraints)
        assert constraints.critical
        assert constraints.value.excluded_subtrees


def test_an_authority_for_servers_written_in_go_has_no_constraints() -> None:
    authority = Authority.create("Elm School", None, AT)
    verify_server(authority, authority.issue_server(("school.example",), KEY.public_key(), AT), "school.example")
    with pytest.raises(x509.ExtensionNotFound):
        authority.certificate.extensions.get_extension_for_class(x509.NameConstraints)


def test_a_certificate_holds_for_a_year_and_for_a_clock_that_is_a_little_behind(authority: Authority) -> None:
    certificate = authority.issue_unit("lab-2", "Science 3", KEY.public_key(), AT)
    for days in (-1, 0, 364):
        client_verifier(authority, AT + timedelta(days=days)).verify(certificate, [])
    for days in (-2, 366):
        with pytest.raises(VerificationError):
            client_verifier(authority, AT + timedelta(days=days)).verify(certificate, [])


def test_the_authority_signs_no_other_authority(authority: Authority) -> None:
    basic = authority.certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (basic.critical, basic.value.ca, basic.value.path_length) == (True, True, 0)
    assert authority.certificate.subject.rfc4514_string() == "CN=Waitwise authority of Elm School"


def test_serial_numbers_are_never_the_same(authority: Authority) -> None:
    serials = {authority.issue_unit("lab-2", "3", KEY.public_key(), AT).serial_number for _ in range(20)}
    assert len(serials) == 20


def test_the_request_brings_a_key_and_no_name() -> None:
    assert public_key_of_request(request(KEY)) == KEY.public_key()


def test_a_request_that_was_altered_or_has_another_kind_of_key_is_refused() -> None:
    good = x509.load_pem_x509_csr(request(KEY)).public_bytes(serialization.Encoding.DER)
    altered = x509.load_der_x509_csr(good.replace(b"head-office", b"head-offife"))
    for bad in (
        altered.public_bytes(serialization.Encoding.PEM),
        request(rsa.generate_private_key(65537, 2048)),
        request(ec.generate_private_key(ec.SECP384R1())),
        b"no request",
    ):
        with pytest.raises(ProvisioningError):
            public_key_of_request(bad)


@pytest.mark.parametrize(("unit_id", "room"), [("School", "3"), ("lab 2", "3"), ("", "3"), ("lab-2", ""), ("+", "3")])
def test_what_could_not_stand_in_a_topic_gets_no_certificate(authority: Authority, unit_id: str, room: str) -> None:
    with pytest.raises(ProvisioningError):
        authority.issue_unit(unit_id, room, KEY.public_key(), AT)


def test_only_its_owner_can_read_the_key_and_it_is_never_overwritten(authority: Authority, tmp_path: Path) -> None:
    folder = tmp_path / "authority"
    authority.save(folder)
    assert stat.S_IMODE((folder / "authority.key").stat().st_mode) == 0o600
    with pytest.raises(ProvisioningError):
        authority.save(folder)
    loaded = Authority.load(folder)
    certificate = loaded.issue_unit("lab-2", "Science 3", KEY.public_key(), AT)
    client_verifier(authority).verify(certificate, [])


def test_a_folder_with_somebody_elses_key_is_no_authority(authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(ProvisioningError):
        Authority.load(tmp_path)
    authority.save(tmp_path)
    (tmp_path / "authority.key").unlink()
    write_key(tmp_path / "authority.key", new_key())
    with pytest.raises(ProvisioningError):
        Authority.load(tmp_path)


def test_the_throw_away_authority_refuses_to_work_outside_a_demo(tmp_path: Path) -> None:
    with pytest.raises(ProvisioningError) as refused:
        ThrowAwayAuthority(tmp_path / "x", AT, is_demo=False)
    assert refused.value.problem is DEMO_ONLY
    assert not (tmp_path / "x").exists()


def test_in_a_demo_it_writes_what_each_end_needs_and_never_its_own_key(tmp_path: Path) -> None:
    throw_away = ThrowAwayAuthority(tmp_path, AT, is_demo=True)
    files = throw_away.unit("lab-2")
    throw_away.server("localhost", "127.0.0.1")
    throw_away.school()
    assert stat.S_IMODE(files.key_file.stat().st_mode) == 0o600
    certificate = x509.load_pem_x509_certificate(files.cert_file.read_bytes())
    client_verifier(throw_away.authority).verify(certificate, [])
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [
        "School.key",
        "School.pem",
        "authority.pem",
        "lab-2.key",
        "lab-2.pem",
        "server-1.key",
        "server-1.pem",
    ]
