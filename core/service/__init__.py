"""The child process that runs the networks, and the jobs that wait for it."""
