"""Keep docs/accuracy.md true: tables and pictures are made of what was measured; a check says when it is old."""
