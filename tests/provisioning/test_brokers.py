"""What brokers are told. Whether they do it is tested on the real ones, in tests/sync/test_broker_delivery.py."""

from dataclasses import replace
from pathlib import Path

import pytest

from lesson.messages import MessageError
from provisioning.brokers import BrokerFiles, mosquitto_acl, mosquitto_config, nats_config
from provisioning.errors import ProvisioningError

FILES = BrokerFiles(
    "127.0.0.1",
    8883,
    Path("/etc/w/authority.pem"),
    Path("/etc/w/server.pem"),
    Path("/etc/w/server.key"),
    Path("/var/w"),
)


def test_mosquitto_lets_nobody_in_without_a_certificate_and_believes_nothing_else() -> None:
    lines = mosquitto_config(FILES, Path("/etc/w/acl")).splitlines()
    for line in (
        "allow_anonymous false",
        "require_certificate true",
        "use_identity_as_username true",
        "use_username_as_clientid true",
        "tls_version tlsv1.3",
    ):
        assert line in lines
    assert sum(line.startswith("listener ") for line in lines) == 1, "no second door"


def test_a_unit_reads_acknowledgements_and_writes_two_topics() -> None:
    patterns = [line for line in mosquitto_acl().splitlines() if line.startswith("pattern")]
    assert patterns == [
        "pattern write waitwise/v1/%u/up/status",
        "pattern write waitwise/v1/%u/up/events",
        "pattern read waitwise/v1/%u/down/ack",
    ]


def test_nats_server_has_a_user_for_each_unit_and_for_the_school_by_mqtt_only() -> None:
    text = nats_config(FILES, 4222, ("lab-2", "lab-3"))
    users = [line for line in text.splitlines() if '"user"' in line]
    assert len(users) == 3
    assert all('"allowed_connection_types": ["MQTT"]' in user for user in users)
    assert 'listen: "127.0.0.1:4222"' in text, "its own protocol on this computer only"
    assert text.count("verify_and_map: true") == 2


@pytest.mark.parametrize("unit", ["*", ">", 'x"', "lab.3", "lab 3"])
def test_a_unit_id_cannot_smuggle_in_a_permission(unit: str) -> None:
    with pytest.raises(MessageError):
        nats_config(FILES, 4222, (unit,))


@pytest.mark.parametrize("path", ["server.key", "/etc/w/server.key\nallow_anonymous true", '/etc/"', "/etc/w/key "])
def test_a_path_that_could_be_read_as_something_else_is_refused(path: str) -> None:
    files = replace(FILES, key_file=Path(path))
    with pytest.raises(ProvisioningError):
        mosquitto_config(files, Path("/etc/w/acl"))
    with pytest.raises(ProvisioningError):
        nats_config(files, 4222, ())
