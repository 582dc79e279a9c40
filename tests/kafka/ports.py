"""Ports that are chosen before anybody listens on them."""

import random
import socket

PORTS = range(20000, 32000)  # below what the kernel gives to clients, so that a server finds its port again after a restart


class HeldPort:
    """A free loopback port that nobody else is given while this lives. A server takes it by SO_REUSEADDR, as all of ours do."""

    def __init__(self):
        for self.number in random.sample(PORTS, 200):
            self.holder = socket.socket()
            try:
                self.holder.bind(("127.0.0.1", self.number))
            except OSError:
                self.holder.close()
                continue
            # Only now: the bind was to fail wherever somebody holds or serves, and the next one's is to fail here.
            self.holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            return
        raise OSError("no free port")
