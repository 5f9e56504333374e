"""A proxy before an S3 server that fails chosen requests. The client signs the address that it was given; the server has to take that."""
import http.client
import http.server
import re
import threading
import time
import urllib.parse

CODES = {400: "InvalidRequest", 403: "AccessDenied", 500: "InternalError", 503: "SlowDown"}
ERROR = '<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>Made up by the proxy.</Message></Error>'
FOR_EVER = 10**9
HANG, LOSE = "hang", "lose"


class Fault:
    """What befalls requests of a method whose path and query fit a pattern: a status, no answer at all, or an answer that is lost after
    the server has acted. The first `times` of them only."""

    def __init__(self, method, pattern, act, times=FOR_EVER):
        self.method, self.pattern, self.act, self.left, self.met = method, re.compile(pattern), act, times, 0

    def meets(self, method, path):
        if method != self.method or not self.left or not self.pattern.search(path):
            return False
        self.left -= 1
        self.met += 1
        return True


class FaultyStore:
    """The proxy; `with` begins and ends it."""

    def __init__(self, endpoint):
        self.upstream = urllib.parse.urlsplit(endpoint).netloc
        self.faults, self.seen, self.lock, self.ended = [], [], threading.Lock(), threading.Event()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"store": self}))
        self.server.daemon_threads = True
        self.endpoint = "http://127.0.0.1:%d" % self.server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()

    def set(self, *faults):
        with self.lock:
            self.faults, self.seen = list(faults), []

    def judge(self, method, path):
        path = urllib.parse.unquote(path)
        with self.lock:
            fault = next((f for f in self.faults if f.meets(method, path)), None)
            self.seen.append((time.monotonic(), method, path, fault and fault.act))
            return fault and fault.act


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    upstream = None

    def any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        act = self.store.judge(self.command, self.path)
        if act == HANG:
            self.store.ended.wait()
            self.close_connection = True
        elif isinstance(act, int):
            text = b"" if self.command == "HEAD" else (ERROR % CODES[act]).encode()
            self.answer(act, [("Content-Type", "application/xml"), ("Content-Length", str(len(text)))], text)
        else:
            status, headers, content = self.forward(body)
            if act == LOSE:
                self.close_connection = True
            else:
                self.answer(status, headers, content)

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = any

    def forward(self, body):
        for fresh in (False, True):
            try:
                if self.upstream is None:
                    fresh, self.upstream = True, http.client.HTTPConnection(self.store.upstream, timeout=120)
                self.upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    if name.lower() not in ("expect", "connection"):
                        self.upstream.putheader(name, value)
                self.upstream.endheaders(body or None)
                answer = self.upstream.getresponse()
                return answer.status, answer.getheaders(), answer.read()
            except (ConnectionError, http.client.HTTPException):
                self.upstream.close()
                self.upstream = None
                if fresh:
                    raise
        raise AssertionError("not reached")

    def answer(self, status, headers, content):
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                self.send_header(name, value)
        length = next((value for name, value in headers if name.lower() == "content-length"), str(len(content)))
        if status not in (204, 304):
            self.send_header("Content-Length", length)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, *_):
        pass
