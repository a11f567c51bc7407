"""The same objects as words: text for people, JSON lines for programs."""
