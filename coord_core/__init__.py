"""The shared core of coordination by files: storage, state, actions."""
