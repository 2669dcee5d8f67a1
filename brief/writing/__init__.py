"""Writing: from ranked items to the sentences of a brief."""
