"""What a brief is: items, ranking, writing, the edition. Knows no website and no chat."""
