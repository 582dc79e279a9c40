"""What the black-box tests need around a running Ledgate: a node, a client, raw sockets and the route list."""
