"""Where items come from: one file a site, one row each in SOURCES."""
