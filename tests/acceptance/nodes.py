"""Nodes of a cluster as processes, each with a folder, ports and, if wanted, a network of its own."""
import json
import os
import shlex
import signal
import socket
import subprocess
import time
import urllib.request

TOKEN = "acceptance"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Node:
    """One process. With `network` it runs in a namespace with an address of its own."""

    def __init__(self, product, work, number, port, seeds, network=None, **variables):
        self.product, self.number, self.folder = shlex.split(product), number, os.path.join(work, "node-%d" % number)
        self.host = network.address(number) if network else "127.0.0.1"
        self.port, self.http, self.pbm_port, self.process, self.starts = port, free_port(), free_port(), None, 0
        self.wrap = network.wrap(number) if network else []
        self.environment = dict(
            os.environ, KAFKA_BACKUP_SEEDS=seeds, KAFKA_BACKUP_CATALOG=os.path.join(work, "catalogue"), KAFKA_BACKUP_DATA_DIR=self.folder,
            KAFKA_BACKUP_BIND_HOSTNAME=self.host, KAFKA_BACKUP_PORT=str(self.port), KAFKA_BACKUP_HTTP_HOST=self.host, KAFKA_BACKUP_HTTP_PORT=str(self.http),
            KAFKA_BACKUP_HTTP_TOKEN=TOKEN, KAFKA_BACKUP_PBM_HOST=self.host, KAFKA_BACKUP_PBM_PORT=str(self.pbm_port), KAFKA_BACKUP_PBM_TOKEN=TOKEN, **variables)
        os.makedirs(self.folder, exist_ok=True)

    def run_by(self, product):
        """From its next start on it is of this build."""
        self.product = shlex.split(product)

    @property
    def name(self):
        return "%s:%d" % (self.host, self.port)

    def is_alive(self):
        return self.process is not None and self.process.poll() is None

    def start(self):
        self.starts += 1
        with open(self.log(), "wb") as log:
            self.process = subprocess.Popen([*self.wrap, *self.product, "node"], stdout=log, stderr=log, env=self.environment, start_new_session=True)

    def log(self):
        return os.path.join(self.folder, "log-%03d" % self.starts)

    def said(self):
        with open(self.log(), encoding="utf-8", errors="replace") as file:
            return file.read()

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self, timeout=60):
        """Seconds that a stop takes, and the exit code; None when it does not end."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            code = None
        return time.monotonic() - began, code

    def get(self, path):
        """What a route of the API answers; None when nobody does."""
        request = urllib.request.Request("http://%s:%d/api/v1/%s" % (self.host, self.http, path), headers={"Authorization": "Bearer " + TOKEN})
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return json.load(answer)
        except OSError:
            return None

    def pbm(self, *words):
        """The data of the lines that a command answers; nothing when nobody does."""
        try:
            with socket.create_connection((self.host, self.pbm_port), timeout=10) as connection, connection.makefile("rw", encoding="utf-8") as lines:
                lines.write(json.dumps({"command": words, "token": TOKEN}) + "\n")
                lines.flush()
                return [answer["data"] for answer in map(json.loads, lines) if answer.get("data")]
        except OSError:
            return []

    def rss(self):
        """Its memory in MiB."""
        with open("/proc/%d/status" % self.process.pid, encoding="ascii") as file:
            return next(int(line.split()[1]) // 1024 for line in file if line.startswith("VmRSS"))


class Cluster:
    """So many nodes; of those that `spare` counts none is a seed, and they are started by whoever wants them."""

    def __init__(self, product, work, count, spare=0, network=None, **variables):
        os.makedirs(os.path.join(work, "catalogue"), exist_ok=True)
        ports = [free_port() for _ in range(count + spare)]
        hosts = [network.address(number) if network else "127.0.0.1" for number in range(count + spare)]
        seeds = ",".join("%s:%d" % (hosts[number], ports[number]) for number in range(count))
        everyone = [Node(product, work, number, ports[number], seeds, network, **variables) for number in range(count + spare)]
        self.nodes, self.spare = everyone[:count], everyone[count:]

    def start(self):
        for node in self.nodes:
            node.start()
        return self.wait_until_whole(90)

    def addresses(self):
        return ",".join("%s:%d" % (node.host, node.http) for node in self.nodes)

    def alive(self):
        return [node for node in self.nodes + self.spare if node.is_alive()]

    def wait_until_whole(self, seconds=90):
        """Waits until every node that runs sees all others up and reachable; how long that took, or None."""
        began, names = time.monotonic(), {node.name for node in self.alive()}
        while time.monotonic() < began + seconds:
            views = [node.get("members") for node in self.alive()]
            if all(view and {m["address"].rsplit("@")[-1] for m in view if m["status"] == "up" and m["is_reachable"]} == names and len(view) == len(names)
                   for view in views):
                return time.monotonic() - began
            time.sleep(.2)
        return None

    def shares(self, what):
        """How many `shards` of workers, or `entities` (partitions at work), each node that runs has."""
        for node in self.alive():
            found = {row["address"].rsplit("@")[-1]: row[what] for row in node.pbm("cluster-sharding", "region-stats", "-t", "partition-workers")}
            if found:
                return [found.get(other.name, 0) for other in self.alive()]
        return []

    def details(self, backup):
        for node in self.alive():
            found = node.get("backups/%s" % backup)
            if found:
                return found
        return None

    def end(self):
        for node in self.nodes + self.spare:
            if node.is_alive():
                node.kill()
