"""A gate before an S3 server: open, shut (connections are refused, those that are open end), or stuck (accepted, and never answered)."""
import contextlib
import selectors
import socket
import threading

OPEN, SHUT, STUCK = "open", "refused", "hanging"


class Gate:
    """`with` begins and ends it; `set` may be called at any time. What is under way when the gate gets stuck is not answered any more."""

    def __init__(self, host, port):
        self.upstream, self.state, self.lock, self.pairs = (host, port), OPEN, threading.Lock(), set()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.set(SHUT)

    def set(self, state):
        """SHUT and STUCK hit open connections, too; with OPEN those that were stuck end, as after a reboot."""
        with self.lock:
            before, self.state = self.state, state
            if state == SHUT and before != SHUT:
                self.listener.shutdown(socket.SHUT_RDWR)
                self.listener.close()
            elif state != SHUT and before == SHUT:
                self.listener = socket.create_server(("127.0.0.1", self.port), backlog=128)
                threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()
            if state == SHUT or before == STUCK:
                for pair in list(self.pairs):
                    self.end(pair)

    def end(self, pair):
        self.pairs.discard(pair)
        for side in pair:
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    def accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                pair = client, socket.create_connection(self.upstream)
            except OSError:
                client.close()
                continue
            for side in pair:
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.pairs.add(pair)
            threading.Thread(target=self.pump, args=(pair,), daemon=True).start()

    def pump(self, pair):
        with contextlib.suppress(OSError), selectors.DefaultSelector() as ready:
            for side, other in (pair, pair[::-1]):
                ready.register(side, selectors.EVENT_READ, other)
            open_sides = 2
            while open_sides:
                for key, _ in ready.select():
                    data = key.fileobj.recv(1 << 16)
                    if not data:
                        open_sides = 0
                        break
                    if self.state != STUCK:  # Swallowed: a network that is gone takes what is sent, and brings nothing.
                        key.data.sendall(data)
        with self.lock:
            self.pairs.discard(pair)
        for side in pair:
            side.close()
