"""Records as rows: columns, cells, tones and order. No widgets here."""
