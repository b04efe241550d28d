"""Brings what a lesson left behind to the school, once, whatever happens to the power and the Wi-Fi.

::

    recorder --> outbox --+-- uploader --> uplink (https) ----HTTPS, mTLS---->  school
                          +-- courier ---> mqtt ------------- MQTT, mTLS ---->  broker --> mqtt --> school

outbox.py         what must still reach the school, on the card, in order (database.py: its file; pieces.py: its names)
uploader.py       brings lessons, piece by piece, until the school has signed for them
uplink.py         the way to a school, whatever carries it; https.py is the real one, memory_school.py the stand-in
courier.py        brings events, until the school has acknowledged them
mqtt.py           the MQTT session that both ends use
backoff.py        how long to wait before the next try
tls.py            whom we trust, and whom we are

Everything that passes through here is sealed already: no content key is ever seen.
"""
