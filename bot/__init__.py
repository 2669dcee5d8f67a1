"""Who Paperboy talks to: commands, the terminal, and the wiring of real clients."""
