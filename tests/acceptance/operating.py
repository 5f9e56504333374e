"""What the scenarios of operators share: nodes, a namespace of the API server, operators as processes, and how objects stand."""
import datetime
import json
import os
import shlex
import signal
import subprocess
import urllib.error
import urllib.request

import common
from kube import BACKUPS, Api, Space, kubeconfig, until
from nodes import TOKEN, Cluster, free_port


class Operator:
    """One process; `server` is how it gets to the API server, as a service account whose token is in a file."""

    def __init__(self, stage, number, server=None, space=None):
        self.product, self.folder, self.process, self.starts = shlex.split(stage.args.product), os.path.join(stage.folder, "operator-%d" % number), None, 0
        os.makedirs(self.folder, exist_ok=True)
        self.port, self.token = free_port(), os.path.join(self.folder, "token")
        self.give(stage.api.token(stage.space.name, "operator"))
        config = os.path.join(self.folder, "kubeconfig")
        kubeconfig(config, server or stage.api.server, stage.api.authority, self.token)
        self.command = [*self.product, "operator", "--cluster", stage.cluster.addresses(), "--kubeconfig", config, "--listen", "127.0.0.1:%d" % self.port,
                        "--namespace", (space or stage.space).name]

    def give(self, token):
        """Puts a token in place of the one that it has, as a kubelet does."""
        with open(self.token + ".new", "w", encoding="utf-8") as file:
            file.write(token)
        os.replace(self.token + ".new", self.token)

    def start(self, wait=True):
        self.starts += 1
        with open(self.log(), "wb") as log:
            environment = {key: value for key, value in os.environ.items() if key != "KUBECONFIG"}
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, env=dict(environment, KAFKA_BACKUP_HTTP_TOKEN=TOKEN), start_new_session=True)
        return until(lambda: self.ready()[0] == 200, 90) if wait else None

    def log(self):
        return os.path.join(self.folder, "log-%03d" % self.starts)

    def said(self):
        with open(self.log(), encoding="utf-8", errors="replace") as file:
            return file.read()

    def ready(self):
        """What it answers to who asks whether it is ready: the status, and the text."""
        try:
            with urllib.request.urlopen("http://127.0.0.1:%d/health/ready" % self.port, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return None, ""

    def is_alive(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self, timeout=60):
        """Its exit code after SIGTERM; None when it does not end."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            return None


class Stage:
    """So many nodes and a namespace, until the end of a scenario."""

    def __init__(self, args, report, kafka, count=1, **variables):
        self.args, self.report, self.kafka, self.operators = args, report, kafka, []
        self.folder = os.path.join(args.work, args.scenario)
        args.stores.empty(self.folder)  # With what all its objects have stored.
        os.makedirs(self.folder)
        self.api = Api()
        self.space = Space(self.api, args.prefix + args.scenario)
        self.cluster = Cluster(args.product, self.folder, count, **variables)

    def __enter__(self):
        self.report.check(self.cluster.start() is not None, "nodes: %d find each other" % len(self.cluster.nodes))
        return self

    def __exit__(self, *_):
        try:
            for operator in self.operators:
                self.report.check(common.sentences(operator.said()), "what the operator logs is sentences, without a stack trace", operator.said())
            self.space.release()
            self.space.end()
        finally:
            for operator in self.operators:
                if operator.is_alive():
                    operator.kill()
            self.cluster.end()

    def operator(self, **how):
        """One that is ready."""
        made = Operator(self, len(self.operators), **how)
        self.operators.append(made)
        self.report.check(made.start(), "the operator is ready", made.said())
        return made

    def backup(self, name, topics):
        """The backup of an object, as it can be read in the store."""
        return common.Backup(self.args.product, os.path.join(self.folder, name), name, self.kafka.bootstrap, topics, stores=self.args.stores)

    def storage(self, name, **more):
        """The storage of an object, in a spec."""
        stores = self.args.stores
        return {"storageType": "s3", "s3": {"bucket": stores.bucket, "region": os.environ.get("AWS_REGION", "us-east-1"), "endpoint": stores.endpoint, "allowHttp": True,
                                            "prefix": stores.prefix(os.path.join(self.folder, name)), **more}}

    def spec(self, name, topics, **fields):
        """The spec of a KafkaBackup."""
        return {"kafkaCluster": {"bootstrapServers": self.kafka.bootstrap.split(",")}, "topics": topics, "storage": self.storage(name), **fields}

    def make(self, name, topics, annotations=None, **fields):
        return self.space.make(BACKUPS, name, self.spec(name, topics, **fields), annotations=annotations or {})

    def check(self, kind, name, fits, sentence, seconds=120):
        """The object comes to be so within that time; gives it as it is then."""
        found = self.space.wait(kind, name, fits, seconds)
        self.report.check(found, sentence, None if found else told(self.space.seen))
        return found

    def completed(self, name, seconds=120):
        return self.check(BACKUPS, name, lambda found: phase(found) == "Completed", "%s is completed" % name, seconds)

    def declared(self, name):
        """What the cluster has of it; None when it has nothing."""
        for node in self.cluster.alive():
            request = urllib.request.Request("http://%s:%d/api/v1/backups/%s" % (node.host, node.http, name), headers={"Authorization": "Bearer " + TOKEN})
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code == 404:
                    return None
            except OSError:
                pass
        raise OSError("no node answers")

    def runs(self, name):
        """Its runs as the cluster has them, newest first; the one under way has no end."""
        found = (self.declared(name) or {}).get("backup", {})
        return ([found["current"]] if found.get("current") else []) + found.get("runs", [])

    def shown(self, *words):
        """What `kafka-backup cluster` prints."""
        return subprocess.run([*shlex.split(self.args.product), "cluster", *words, "--cluster", self.cluster.addresses()], capture_output=True, text=True).stdout

    def suspended(self, name):
        """No run of it is at work any more, and none begins."""
        self.space.change(BACKUPS, name, {"suspend": True})
        return self.check(BACKUPS, name, lambda found: phase(found) == "Suspended", "%s is suspended" % name)


def status(found):
    return (found or {}).get("status") or {}


def phase(found):
    return status(found).get("phase")


def condition(found, kind="Ready"):
    return next((item for item in status(found).get("conditions", []) if item["type"] == kind), {})


def told(found):
    return None if found is None else json.dumps({"metadata": {key: value for key, value in found["metadata"].items() if key != "managedFields"},
                                                         "status": found.get("status")}, indent=1)


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def is_settled(found):
    """The operator has seen its spec as it is."""
    return status(found).get("observedGeneration") == found["metadata"]["generation"]
