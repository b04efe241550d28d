"""How a unit, a teacher and a school come to trust each other.

authority.py    the school's own certificate authority
throw_away.py   one that lives for a demo, and refuses to work outside it
brokers.py      what mosquitto and nats-server are told, so that a unit can use its own topics only
"""
