"""As much of an S3 server as a run needs to begin, in memory; it takes conditional writes and ignores chosen conditions."""
import hashlib
import http.server
import threading
import urllib.parse
from xml.sax.saxutils import escape


class CarelessStore:
    """The server; `with` begins and ends it. `ignores` names the headers that it does not look at."""

    def __init__(self, ignores):
        self.ignores, self.objects, self.lock = {name.lower() for name in ignores}, {}, threading.Lock()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"store": self}))
        self.server.daemon_threads = True
        self.endpoint = "http://127.0.0.1:%d" % self.server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def wanted(self, name):
        return None if name.lower() in self.store.ignores else self.headers.get(name)

    def do_PUT(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urllib.parse.urlsplit(self.path).path
        with self.store.lock:
            there, match = self.store.objects.get(path), self.wanted("If-Match")
            if (self.wanted("If-None-Match") and there is not None) or (match and (there is None or match.strip('"') != tag(there))):
                return self.answer(412, error("PreconditionFailed"))
            self.store.objects[path] = body
        self.answer(200, b"", tag(body))

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        if "list-type" in query:
            bucket = url.path.strip("/")
            keys = sorted(path[len(bucket) + 2:] for path in self.store.objects if path.startswith("/%s/%s" % (bucket, query.get("prefix", ""))))
            rows = "".join("<Contents><Key>%s</Key><Size>1</Size><ETag>&quot;0&quot;</ETag></Contents>" % escape(key) for key in keys)
            return self.answer(200, ("<ListBucketResult><IsTruncated>false</IsTruncated>%s</ListBucketResult>" % rows).encode())
        body = self.store.objects.get(url.path)
        self.answer(404, error("NoSuchKey")) if body is None else self.answer(200, body, tag(body))

    do_HEAD = do_GET

    def do_DELETE(self):
        self.store.objects.pop(urllib.parse.urlsplit(self.path).path, None)
        self.answer(204, b"")

    def answer(self, status, body, etag=None):
        self.send_response_only(status)
        if etag:
            self.send_header("ETag", '"%s"' % etag)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


def tag(body):
    return hashlib.md5(body).hexdigest()


def error(code):
    return ("<Error><Code>%s</Code><Message>No.</Message></Error>" % code).encode()
