"""Who may change documents, and how: every change is one of these."""
