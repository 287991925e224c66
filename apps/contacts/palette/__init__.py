"""What the palette (Ctrl K) offers: places to go, things to do, people to open."""
