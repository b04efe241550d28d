"""Sealed footage: what a unit records, only the people listed in the header can open.

::

    lesson folder               who makes it           who can check it      who can open it
    header.json                 unit, at the start     everybody             it is readable
    stanzas/<kid>.json          unit, one a reader     everybody             that reader
    links.jsonl                 unit, one a segment    everybody             it is readable
    0-000000.seg 0-000001.seg   unit, about 2 s each   everybody (the hash)  a reader of the lesson
    manifest.json               unit, at the end       everybody             it is readable

errors.py      what can be wrong, each with a sentence and a remedy
signed.py      one line of JSON and its signature, verified before it is parsed
recipients.py  a person's public keys, and the four words that name them
key_card.py    the same keys as the text of a QR code
header.py      what is recorded, by whom, for whom
stanza.py      the content key, wrapped for one person
segments.py    names and keys of segments
chain.py       which segments there are, in which order
manifest.py    how the lesson ended
receipt.py     the school has it
sealing.py     the unit's side: makes a sealed lesson, cannot read it afterwards
opening.py     the reader's side: the only module that opens
identity.py    a person's secret keys, and the file they are kept in

The school imports neither `opening` nor `identity`; no other module of this package does either.
The bytes are written down in docs/formats/sealed-footage.md. Nothing here does I/O.
"""
