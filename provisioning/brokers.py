"""Configuration of the brokers that schools use, so that a unit can use its own topics and no other's.

::

                     waitwise/v1/lab-2/up/...     waitwise/v1/lab-2/down/...     everything else
    unit lab-2       write                        read                           -
    school           read                         write                          -
    no certificate   -                            -                              -

Who somebody is comes from the certificate, never from what is said in the protocol: with mosquitto its CN, with
nats-server its SAN URI (`provisioning.authority`). mosquitto (2.0) takes the CN for the client id as well: otherwise
one unit could end another one's connection by using its id. nats-server (MQTT 3.1.1 over JetStream, from 2.10) cannot
do that, so it is for demos and for a school that trusts its units with each other's connections; it needs the list of
units, mosquitto does not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lesson.messages import MAX_MESSAGE_BYTES, ROOT, check_unit_id
from provisioning.authority import SCHOOL_NAME, SCHOOL_URN, UNIT_URN
from provisioning.errors import ProvisioningError

MAX_PACKET_BYTES = MAX_MESSAGE_BYTES + 1024
"""A message with its topic and MQTT 5 properties."""


@dataclass(frozen=True, slots=True)
class BrokerFiles:
    """Where a broker listens, and the files that it needs. All paths absolute."""

    host: str
    port: int
    ca_file: Path
    cert_file: Path
    key_file: Path
    folder: Path
    """For what it keeps: retained messages."""


def mosquitto_acl() -> str:
    """Text of mosquitto's acl_file."""
    return f"""\
# A unit writes what it says and reads what it is told. %u is the CN of its certificate.
pattern write {ROOT}/%u/up/status
pattern write {ROOT}/%u/up/events
pattern read {ROOT}/%u/down/ack

user {SCHOOL_NAME}
topic read {ROOT}/+/up/status
topic read {ROOT}/+/up/events
topic write {ROOT}/+/down/ack
"""


def mosquitto_config(files: BrokerFiles, acl_file: Path, user: str | None = None) -> str:
    """Text of mosquitto.conf (2.0); `acl_file` holds `mosquitto_acl()`.

    `user`: whom mosquitto becomes when root starts it; its own choice, "mosquitto", if None.
    Raises `ProvisioningError` for a path that mosquitto could not read.
    """
    for path in (files.ca_file, files.cert_file, files.key_file, files.folder, acl_file):
        _expect_plain(path)
    return f"""\
per_listener_settings false
listener {files.port:d} {files.host}
allow_anonymous false
acl_file {acl_file}

cafile {files.ca_file}
certfile {files.cert_file}
keyfile {files.key_file}
tls_version tlsv1.3
require_certificate true
use_identity_as_username true
use_username_as_clientid true

# What was retained comes back after a restart. Nothing is lost without it: units and school say it again.
persistence true
persistence_location {files.folder}/

message_size_limit {MAX_MESSAGE_BYTES:d}
max_queued_messages 10000
""" + (f"user {user}\n" if user else "")


def nats_config(files: BrokerFiles, client_port: int, units: Iterable[str]) -> str:
    """Text of nats-server.conf (2.10 or later), for exactly these units.

    nats-server always opens a port for its own protocol: `client_port`, on this computer only. Nobody gets in there:
    every user may connect by MQTT alone.
    """
    tls = (
        "{\n"
        f"    ca_file: {_quoted(files.ca_file)}\n"
        f"    cert_file: {_quoted(files.cert_file)}\n"
        f"    key_file: {_quoted(files.key_file)}\n"
        '    min_version: "1.3"\n'
        "    verify_and_map: true\n"
        "  }"
    )
    subjects = ROOT.replace("/", ".")
    users = [
        _nats_user(
            SCHOOL_URN,
            publish=[f"{subjects}.*.down.ack"],
            subscribe=[f"{subjects}.*.up.status", f"{subjects}.*.up.events"],
        )
    ]
    for unit in units:
        mine = f"{subjects}.{check_unit_id(unit)}"
        users.append(
            _nats_user(
                UNIT_URN + unit, publish=[f"{mine}.up.status", f"{mine}.up.events"], subscribe=[f"{mine}.down.ack"]
            )
        )
    return f"""\
server_name: waitwise
listen: "127.0.0.1:{client_port:d}"
tls: {tls}
jetstream {{
  store_dir: {_quoted(files.folder)}
}}
mqtt {{
  listen: "{files.host}:{files.port:d}"
  tls: {tls}
}}
max_payload: {MAX_PACKET_BYTES:d}
authorization {{
  users: [
{chr(10).join(users)}
  ]
}}
"""


def _nats_user(name: str, publish: list[str], subscribe: list[str]) -> str:
    # $MQTT.sub: where nats-server delivers what is sent at QoS 1; each subscriber gets a subject of its own there.
    permissions = {
        "publish": {"allow": publish},
        "subscribe": {"allow": [*subscribe, "$MQTT.sub.>"]},
    }
    user = {"user": name, "allowed_connection_types": ["MQTT"], "permissions": permissions}
    return f"    {json.dumps(user)}"


def _quoted(path: Path) -> str:
    _expect_plain(path)
    return json.dumps(str(path))


def _expect_plain(path: Path) -> None:
    text = str(path)
    if not path.is_absolute() or not text.isprintable() or text != text.strip() or '"' in text or "\\" in text:
        raise ProvisioningError(f"A broker cannot read the path {text!r}: it must be absolute and plain.")
