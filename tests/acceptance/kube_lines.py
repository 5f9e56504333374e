"""What stands between an operator and the API server."""
import http.client
import json
import os
import select
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Line:
    """A port that leads to a server. Connections can be made to fall silent, as by a firewall that forgets them: they stay open, and nothing passes."""

    def __init__(self, target, is_open=True):
        self.target, self.listener, self.silent, self.links = target, None, set(), set()
        self.port = None
        if is_open:
            self.open()

    def open(self, port=0):
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def _accept(self, listener):
        while True:
            try:
                near, _ = listener.accept()
                far = socket.create_connection(self.target)
            except OSError:
                if listener.fileno() < 0:
                    return
                continue
            link = (near, far)
            self.links.add(link)
            threading.Thread(target=self._carry, args=(link,), daemon=True).start()

    def _carry(self, link):
        near, far = link
        try:
            while True:
                ready, _, _ = select.select([near, far], [], [], 1)
                if link in self.silent:
                    time.sleep(.5)
                    continue
                for end in ready:
                    data = end.recv(65536)
                    if not data:
                        return
                    (far if end is near else near).sendall(data)
        except (OSError, ValueError):
            pass
        finally:
            self.links.discard(link)
            near.close()
            far.close()

    def silence(self):
        """All connections that are open fall silent; new ones pass."""
        self.silent |= self.links
        return len(self.silent)

    def close(self):
        if self.listener:
            self.listener.close()
        for near, far in list(self.links):
            for end in (near, far):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass


class Between:
    """Stands between an operator and the API server, reads what is asked, and ends watches as told."""

    def __init__(self, api):
        self.api, self.expired, self.watches, self.lists = api, False, 0, 0
        between = self  # What the handlers below belong to.

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass(self):
                between.answer(self)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _pass

            def log_message(self, *_):
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        pki = os.path.join(os.environ["KUBE_DIR"], "pki")
        context.load_cert_chain(os.path.join(pki, "server.pem"), os.path.join(pki, "server.key"))
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = "https://127.0.0.1:%d" % self.server.server_address[1]
        self.context = ssl.create_default_context(cafile=api.authority)

    def answer(self, asked):
        is_watch = "watch=true" in asked.path
        self.watches += is_watch
        self.lists += "limit=" in asked.path
        body = asked.rfile.read(int(asked.headers.get("Content-Length") or 0))
        try:
            if is_watch and self.expired:
                self._gone(asked)
                return
            there = http.client.HTTPSConnection(self.api.address.hostname, self.api.address.port, context=self.context)
            headers = {key: value for key, value in asked.headers.items() if key.lower() in ("authorization", "content-type", "accept")}
            there.request(asked.command, asked.path, body, headers)
            answer = there.getresponse()
            asked.send_response(answer.status)
            asked.send_header("Content-Type", answer.headers.get("Content-Type", "application/json"))
            asked.send_header("Transfer-Encoding", "chunked")
            asked.end_headers()
            while data := self._some(there, answer, is_watch):
                if data is True:
                    self._event(asked)
                    break
                asked.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            asked.wfile.write(b"0\r\n\r\n")
            there.close()
        except OSError:
            asked.close_connection = True

    def _some(self, there, answer, is_watch):
        """What comes next; True: the watch is to end, as the moment that it began at is too long ago."""
        while is_watch:
            if self.expired:
                return True
            if there.sock is None or select.select([there.sock], [], [], .2)[0] or there.sock.pending():
                break
        return answer.read1(65536)

    GONE = json.dumps({"type": "ERROR", "object": {
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": "too old resource version: 1 (2)", "reason": "Expired", "code": 410}}).encode() + b"\n"

    def _gone(self, asked):
        asked.send_response(200)
        asked.send_header("Content-Type", "application/json")
        asked.send_header("Transfer-Encoding", "chunked")
        asked.end_headers()
        self._event(asked)
        asked.wfile.write(b"0\r\n\r\n")

    def _event(self, asked):
        asked.wfile.write(b"%x\r\n%s\r\n" % (len(self.GONE), self.GONE))
