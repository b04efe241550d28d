"""The package that a unit installs, and the bare Debian it is tried in.

::

    build.py     out/waitwise-unit_0.1.0_arm64.deb     our code, pinned wheels, the services       make deb
    roots.py     out/roots/trixie-arm64.tar            a bare Debian with what the package needs
    attempt.py   install it there, `waitwise self-test`                                            make try-deb
"""
