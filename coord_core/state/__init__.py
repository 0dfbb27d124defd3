"""What documents mean: pure functions and frozen records. No I/O; `now` is an argument."""
