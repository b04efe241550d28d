"""One file a step; the first line of each says what changed for the school."""
