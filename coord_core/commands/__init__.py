"""What `coordctl` does, a module for each group of commands; imported when one is called."""
