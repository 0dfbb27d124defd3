"""A live console for the human who supervises several coding agents."""
