"""The child process that runs the networks: protocol, worker, client, installation; and jobs, which wait for it."""
