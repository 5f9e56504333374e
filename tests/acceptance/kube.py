"""A Kubernetes API server as an administrator and as an operator's service account see it, and what stands between."""
import base64
import http.client
import json
import os
import re
import select
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GROUP = "kafka.oso.sh"
BACKUPS, RESTORES = "kafkabackups", "kafkarestores"
KINDS = {BACKUPS: "KafkaBackup", RESTORES: "KafkaRestore"}
OPERATOR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "src", "Operator", "KafkaOperator.cs")


class Refused(Exception):
    """The API server said no."""

    def __init__(self, status, message):
        super().__init__("%d: %s" % (status, message))
        self.status = status


class Api:
    """Requests of the administrator that $KUBECONFIG names."""

    def __init__(self):
        told = json.loads(kubectl("config", "view", "--raw", "-o", "json"))
        self.server, user = told["clusters"][0]["cluster"]["server"], told["users"][0]["user"]
        self.address = urllib.parse.urlsplit(self.server)
        self.authority = os.environ["KUBE_CA_PEM"]
        self.context = ssl.create_default_context(cafile=self.authority)
        with tempfile.TemporaryDirectory() as folder:
            names = []
            for kind in ("client-certificate-data", "client-key-data"):
                names.append(os.path.join(folder, kind))
                with open(names[-1], "wb") as file:
                    file.write(base64.b64decode(user[kind]))
            self.context.load_cert_chain(*names)

    def ask(self, method, path, body=None, kind="application/json"):
        connection = http.client.HTTPSConnection(self.address.hostname, self.address.port, context=self.context, timeout=30)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": kind, "Accept": "application/json"})
            answer = connection.getresponse()
            content = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status >= 400:
            raise Refused(answer.status, content.get("message"))
        return content

    def is_up(self):
        try:
            return bool(self.ask("GET", "/api/v1/namespaces/default"))
        except (OSError, http.client.HTTPException, Refused, ValueError):
            return False

    def token(self, space, account, secret=None):
        """A token of a service account; with `secret` it is void once that Secret is gone."""
        bound = {"boundObjectRef": {"kind": "Secret", "apiVersion": "v1", "name": secret}} if secret else {}
        path = "/api/v1/namespaces/%s/serviceaccounts/%s/token" % (space, account)
        return self.ask("POST", path, {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 7200, **bound}})["status"]["token"]


class Space:
    """A namespace, with an account for operators that may do what they say they need, and no more."""

    def __init__(self, api, name):
        self.api, self.name, self.seen = api, name, None
        api.ask("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
        api.ask("POST", "/api/v1/namespaces/%s/serviceaccounts" % name, {"metadata": {"name": "operator"}})
        self.allow(needed())
        api.ask("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {
            "metadata": {"name": name}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": "operator", "namespace": name}]})

    def allow(self, rules):
        """What operators may do from now on: (verb, group, resource) of each."""
        role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": self.name},
                "rules": [{"verbs": [verb], "apiGroups": [group], "resources": [resource]} for verb, group, resource in rules]}
        self.api.ask("PATCH", "/apis/rbac.authorization.k8s.io/v1/clusterroles/%s?fieldManager=acceptance&force=true" % self.name, role, "application/apply-patch+yaml")

    def path(self, kind, name=None):
        root = "/apis/%s/v1alpha1" % GROUP if kind in KINDS else "/api/v1"
        return "%s/namespaces/%s/%s%s" % (root, self.name, kind, "/" + name if name else "")

    def make(self, kind, name, spec, **metadata):
        return self.api.ask("POST", self.path(kind) + "?fieldValidation=Strict", {
            "apiVersion": GROUP + "/v1alpha1", "kind": KINDS[kind], "metadata": {"name": name, **metadata}, "spec": spec})

    def secret(self, name, **values):
        """Makes a Secret of these texts, or changes it to them."""
        self.api.ask("PATCH", self.path("secrets", name) + "?fieldManager=acceptance&force=true",
                     {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": values}, "application/apply-patch+yaml")

    def get(self, kind, name):
        try:
            return self.api.ask("GET", self.path(kind, name))
        except Refused as refusal:
            if refusal.status == 404:
                return None
            raise

    def list(self, kind):
        return self.api.ask("GET", self.path(kind))["items"]

    def change(self, kind, name, spec=None, **annotations):
        change = {"spec": spec or {}}
        if annotations:
            change["metadata"] = {"annotations": {"kafka.oso.sh/" + key.replace("_", "-"): value for key, value in annotations.items()}}
        return self.api.ask("PATCH", self.path(kind, name), change, "application/merge-patch+json")

    def delete(self, kind, name):
        try:
            self.api.ask("DELETE", self.path(kind, name))
        except Refused as refusal:
            if refusal.status != 404:
                raise

    def wait(self, kind, name, fits, seconds=120):
        """The object once it is so; else None, with what was seen last in `seen`."""
        return until(lambda: self._fits(kind, name, fits), seconds)

    def _fits(self, kind, name, fits):
        self.seen = self.get(kind, name)
        return self.seen if self.seen and fits(self.seen) else None

    def gone(self, kind, name, seconds=120):
        return until(lambda: self.get(kind, name) is None, seconds)

    def events(self, name):
        return [event for event in self.list("events") if event["involvedObject"]["name"] == name]

    def release(self):
        """What is left is not held any more."""
        for kind in KINDS:
            for found in self.list(kind):
                self.api.ask("PATCH", self.path(kind, found["metadata"]["name"]), {"metadata": {"finalizers": []}}, "application/merge-patch+json")

    def end(self):
        for path in ("/api/v1/namespaces/", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/", "/apis/rbac.authorization.k8s.io/v1/clusterroles/"):
            try:
                self.api.ask("DELETE", path + self.name)
            except (Refused, OSError):
                pass


def kubectl(*words, code=0):
    done = subprocess.run([os.environ["KUBECTL"], *words], capture_output=True, text=True)
    if code is not None and done.returncode != code:
        raise SystemExit("kubectl %s ended with %d: %s" % (" ".join(words), done.returncode, done.stderr[-2000:]))
    return done.stdout if code is not None else done


def needed():
    """What the operator says it does at the API server, as its source has it."""
    with open(OPERATOR, encoding="utf-8") as file:
        found = re.findall(r'new\("(\w+)", (ResourceKind\.OurGroup|""), "([\w/]+)"\)', file.read())
    return [(verb, GROUP if group.startswith("Resource") else "", resource) for verb, group, resource in found]


def until(good, seconds):
    """What `good` gives once it gives something; None when it has not in so many seconds. A server that is away for a moment is asked again."""
    ends = time.monotonic() + seconds
    while True:
        try:
            found = good()
        except (OSError, http.client.HTTPException):
            found = None
        except Refused as refusal:
            if refusal.status not in (429, 500, 503):
                raise
            found = None
        if found or time.monotonic() > ends:
            return found or None
        time.sleep(.2)


def kubeconfig(path, server, authority, token_file):
    """Writes a kubeconfig of somebody whose token is in a file."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"apiVersion": "v1", "kind": "Config", "current-context": "here",
                   "clusters": [{"name": "here", "cluster": {"server": server, "certificate-authority": authority}}],
                   "users": [{"name": "operator", "user": {"tokenFile": token_file}}],
                   "contexts": [{"name": "here", "context": {"cluster": "here", "user": "operator"}}]}, file)


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
