"""The viewer: the lesson page as one file, which plays a kept lesson without a school and without a network.

::

    templates/viewer.html + pages/viewer/start.js and what it imports + style, fonts
        --joining.py, page.py-->  index.html
        --folder.py-->            FOLDER/index.html, licences, manifest.json, signatures/
"""
