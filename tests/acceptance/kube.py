"""A Kubernetes API server as an administrator and as an operator's service account see it."""
import base64
import http.client
import json
import os
import re
import ssl
import subprocess
import tempfile
import time
import urllib.parse

GROUP = "kafka.oso.sh"
BACKUPS, RESTORES, RUNS, RESETS, ROLLBACKS, VALIDATIONS = "kafkabackups", "kafkarestores", "kafkabackupruns", "kafkaoffsetresets", "kafkaoffsetrollbacks", "kafkabackupvalidations"
KINDS = {BACKUPS: "KafkaBackup", RESTORES: "KafkaRestore", RUNS: "KafkaBackupRun", RESETS: "KafkaOffsetReset", ROLLBACKS: "KafkaOffsetRollback",
         VALIDATIONS: "KafkaBackupValidation"}
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
        source = file.read()
    plurals = re.findall(r'"(kafka\w+)"', re.search(r"Rules \{ get; \}.*?\];", source, re.S).group())
    ours = re.findall(r'new\("(\w+)", ResourceKind\.OurGroup, (?:plural|\$"\{plural\}(/\w+)")\)', source)
    others = re.findall(r'new\("(\w+)", "", "([\w/]+)"\)', source)
    return [(verb, GROUP, plural + part) for plural in plurals for verb, part in ours] + [(verb, "", resource) for verb, resource in others]


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
