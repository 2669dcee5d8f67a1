"""Ranking: relevance, signals and diversity as pure functions; the clock is passed in."""
