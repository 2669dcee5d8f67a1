"""One file a language; every language has every key."""
