"""The school's server: keeps what it cannot open, and shows each person exactly what is theirs.

Two doors, each with a port of its own::

    units     HTTPS with their own certificates    units_app.py  ->  uploads.py  ->  footage_store.py, database.py
    browsers  HTTPS, cookie session                web_app.py    ->  lessons.py, accounts.py
    broker    MQTT                                 listener.py   ->  ingest.py
    the days  of lessons                           sweeper.py    ->  bin.py, sure_time.py

`main.py` runs all of them in one process. Nothing here can open footage: the names that can are never imported.
"""
