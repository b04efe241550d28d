"""`python -m waitwise` is `waitwise`."""

from waitwise.cli import main

main()
