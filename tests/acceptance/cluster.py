#!/usr/bin/env python3
"""Three nodes share backups while nodes are killed, stopped and started; each result equals an independent read of the source.

    KAFKA_BOOTSTRAP_SERVERS=… KAFKA_HOME=… cluster.py --product 'kafka-backup' --work DIR [--kills 50] [--stops 50] [--seed 1] [--records 120000]"""
import argparse
import json
import os
import random
import signal
import shlex
import socket
import statistics
import subprocess
import sys
import time
import urllib.request

import common


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Node:
    """One process with a folder of its own."""

    def __init__(self, product, work, number, ports, seeds):
        self.product, self.number, self.folder = shlex.split(product), number, os.path.join(work, "node-%d" % number)
        self.port, self.http, self.process, self.starts = ports[0], ports[1], None, 0
        self.environment = dict(os.environ, KAFKA_BACKUP_SEEDS=seeds, KAFKA_BACKUP_CATALOG=os.path.join(work, "catalogue"),
                                KAFKA_BACKUP_DATA_DIR=self.folder, KAFKA_BACKUP_PORT=str(self.port), KAFKA_BACKUP_HTTP_PORT=str(self.http),
                                KAFKA_BACKUP_PBM_PORT="-1")
        os.makedirs(self.folder, exist_ok=True)

    def start(self):
        self.starts += 1
        with open(os.path.join(self.folder, "log-%03d" % self.starts), "wb") as log:
            self.process = subprocess.Popen([*self.product, "node"], stdout=log, stderr=log, env=self.environment, start_new_session=True)

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
        try:
            with urllib.request.urlopen("http://127.0.0.1:%d/api/v1/%s" % (self.http, path), timeout=5) as answer:
                return json.load(answer)
        except OSError:
            return None

    def is_ready(self):
        try:
            with urllib.request.urlopen("http://127.0.0.1:%d/health/ready" % self.http, timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False


class Cluster:
    def __init__(self, product, work, count):
        ports = [(free_port(), free_port()) for _ in range(count)]
        seeds = ",".join("127.0.0.1:%d" % port for port, _ in ports)
        self.nodes = [Node(product, work, number, ports[number], seeds) for number in range(count)]

    def start(self):
        for node in self.nodes:
            node.start()
        return self.wait_until_whole(60)

    def addresses(self):
        return ",".join("127.0.0.1:%d" % node.http for node in self.nodes)

    def wait_until_whole(self, seconds=90):
        """Waits until every node sees all others up and reachable."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            views = [node.get("members") for node in self.nodes]
            if all(view and len(view) == len(self.nodes) and all(m["status"] == "up" and m["is_reachable"] for m in view) for view in views):
                return True
            time.sleep(.2)
        return False

    def details(self, backup):
        for node in self.nodes:
            found = node.get("backups/%s" % backup)
            if found:
                return found
        return None

    def end(self):
        for node in self.nodes:
            if node.process and node.process.poll() is None:
                node.kill()


def disturb(args, report, kafka, cluster, backup, topic, chooser, number, kill):
    """One run with a node lost in its middle. Gives the seconds until the run made progress again."""
    kafka.load(topic, args.records, args.partitions, args.seed * 1000 + number, create=number == 1)
    process = backup.start("backup", "-c", backup.config, "--cluster", cluster.addresses())
    time.sleep(chooser.uniform(.3, args.window))
    node = chooser.choice(cluster.nodes)
    if kill:
        node.kill()
        report.note("%d: killed node %d" % (number, node.number))
    else:
        seconds, code = node.stop()
        report.check(code == 0, "%d: node %d stops by itself with 0, after %.1f s" % (number, node.number, seconds))
    lost = time.monotonic()
    run = backup.end(process, 300)
    needed = time.monotonic() - lost
    report.check(run.code == 0, "%d: the run ends with 0, %.1f s after the node was lost" % (number, needed), run.err)
    node.start()
    report.check(cluster.wait_until_whole(), "%d: the cluster is whole again" % number)
    return needed if kill else seconds


def spread(args, report, kafka, cluster):
    """A backup of many partitions, and one of few large ones."""
    for name, partitions, records in (("many", 200, args.records * 5), ("few", 6, args.records)):
        topic = "cluster-%s-%d" % (name, os.getpid())
        kafka.fill(topic, records, partitions)
        backup = common.Backup(args.product, args.work, name, kafka.bootstrap, [topic], incremental=False, segment_max_bytes=1_048_576)
        run = backup.run("backup", "-c", backup.config, "--cluster", cluster.addresses())
        report.check(run.code == 0, "%s: %s records of %d partitions in %.1f s" % (name, format(records, ","), partitions, run.seconds), run.err)
        common.whole(report, backup, kafka.digests([topic]), name)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--product", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--stops", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--records", type=int, default=120_000)
    parser.add_argument("--partitions", type=int, default=24)
    parser.add_argument("--window", type=float, default=6, help="nodes are lost within so many seconds after a run began")
    args = parser.parse_args()
    report, kafka = common.Report(), common.Kafka(os.environ["KAFKA_HOME"], os.environ["KAFKA_BOOTSTRAP_SERVERS"])
    os.makedirs(os.path.join(args.work, "catalogue"), exist_ok=True)
    cluster, chooser = Cluster(args.product, args.work, 3), random.Random(args.seed)
    try:
        report.check(cluster.start(), "three nodes form a cluster")
        spread(args, report, kafka, cluster)
        for name, count, kill in (("kills", args.kills, True), ("stops", args.stops, False)):
            topic = "cluster-%s-%d" % (name, os.getpid())
            backup = common.Backup(args.product, args.work, name, kafka.bootstrap, [topic], incremental=False, segment_max_bytes=262_144)
            seconds = [disturb(args, report, kafka, cluster, backup, topic, chooser, number, kill) for number in range(1, count + 1)]
            if seconds:
                report.note("%d %s: median %.1f s, worst %.1f s" % (count, name, statistics.median(seconds), max(seconds)))
                common.whole(report, backup, kafka.digests([topic]), "after %d %s" % (count, name))
    finally:
        cluster.end()
        kafka.delete()
    print("%d checks, %d violations" % (report.made, report.failed))
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
