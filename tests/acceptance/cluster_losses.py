"""Nodes share a backup while some are killed, stopped or join: nothing lost, nothing twice, and how long each loss holds the work up."""
import os
import random
import shutil
import statistics
import subprocess
import time

import common
from live import LedgerWatch, ends
from nodes import Cluster, free_port


def spread(args, report, kafka):
    """A backup of many partitions, and one of six large ones, over three nodes: all nodes work, of the six each has two."""
    cluster = started(args, report, 3)
    try:
        for name, partitions, records in (("many", 200, 2_000_000), ("few", 6, 600_000)):
            topic = args.prefix + name
            kafka.fill(topic, int(records * args.scale), partitions)
            backup = new_backup(args, kafka, name, topic, segment_max_bytes=1_048_576)
            process, seen = backup.start("backup", "-c", backup.config, "--cluster", cluster.addresses()), []
            while process.poll() is None:
                seen.append(cluster.shares("entities"))
                time.sleep(.2)
            run = backup.end(process)
            members = cluster.nodes[0].pbm("cluster", "show")
            report.check(run.code == 0 and len(members) == 3, "%s: %d partitions, three members, in %.1f s" % (name, partitions, run.seconds), run.err)
            most = [max(column) for column in zip(*(row for row in seen if len(row) == 3))]
            report.check(len(most) == 3 and min(most) > 0, "%s: partitions at work on each node, at most: %s" % (name, most))
            if name == "few":
                report.check([2, 2, 2] in seen, "few: each node had two of the six", seen)
            common.whole(report, backup, kafka.digests([topic]), name)
    finally:
        cluster.end()


def kills(args, report, kafka):
    """A node is killed at a random moment of each of so many runs; now and then right after another one has joined."""
    losses(args, report, kafka, "kills", kill)


def stops(args, report, kafka):
    """The same with SIGTERM."""
    losses(args, report, kafka, "stops", stop)


def journals(args, report, kafka):
    """As `kills`, and each killed node comes back without its journal."""
    def kill_and_forget(node, report, number):
        kill(node, report, number)
        shutil.rmtree(node.folder)
        os.makedirs(node.folder)
    losses(args, report, kafka, "journals", kill_and_forget, count=max(2, args.kills // 5))


def kill(node, report, number):
    holds = [actor["path"].split("/")[2] for actor in node.pbm("actor", "hierarchy", "-d", "2") if actor["path"].endswith("/singleton")]
    node.kill()
    report.note("%d: killed node %d%s" % (number, node.number, ", which had %s" % ", ".join(holds) if holds else ""))


def stop(node, report, number):
    seconds, code = node.stop()
    report.check(code == 0, "%d: node %d stops by itself with 0, after %.1f s" % (number, node.number, seconds), node.said())
    return seconds


def losses(args, report, kafka, name, lose, count=None):
    count = args.stops if count is None and lose is stop else args.kills if count is None else count
    cluster, chooser, topic = started(args, report, 3, spare=1), random.Random(args.seed), args.prefix + name
    backup = new_backup(args, kafka, name, topic, segment_max_bytes=262_144)
    taken, waited, ended = [], [], []
    try:
        for number in range(1, count + 1):
            kafka.load(topic, int(120_000 * args.scale), 24, args.seed * 1000 + number, create=number == 1)
            wanted, watch = ends(kafka, [topic]), LedgerWatch(backup)
            process = backup.start("backup", "-c", backup.config, "--cluster", cluster.addresses())
            time.sleep(chooser.uniform(.3, args.window))
            joined = number % 4 == 0
            if joined:
                cluster.spare[0].start()
                time.sleep(chooser.uniform(1, 6))
            node = chooser.choice(cluster.nodes)
            taken.append(lose(node, report, number))
            lost, at = time.monotonic(), time.time()
            run = backup.end(process, 300)
            ended.append(time.monotonic() - lost)
            watch.stop()
            report.check(run.code == 0, "%d: the run ends with 0, %.1f s after the node was lost" % (number, ended[-1]), run.err)
            waited.append(longest_wait(watch, wanted, at))
            node.start()
            if joined:
                stop(cluster.spare[0], report, number)
            report.check(cluster.wait_until_whole() is not None, "%d: the cluster is whole again" % number)
        told = [seconds for seconds in waited if seconds is not None]
        for what, seconds in (("until each partition that was not done made progress", told), ("until the run ended", ended), ("to stop", [t for t in taken if t])):
            if seconds:
                report.note("%d %s, %s: median %.1f s, worst %.1f s" % (len(seconds), name, what, statistics.median(seconds), max(seconds)))
        common.whole(report, backup, kafka.digests([topic]), "after %d %s" % (count, name))
    finally:
        cluster.end()


def longest_wait(watch, wanted, at):
    """How long after `at` the last of the partitions that were not done then had something committed; None when all were."""
    before = [reached for when, reached in watch.seen if when <= at]
    commits = watch.commits(at, time.time())
    open_then = [where for where, offset in wanted.items() if (before[-1] if before else {}).get(where, 0) < offset]
    waits = [commits[where][0] - at for where in open_then if where in commits]
    return max(waits) if waits else None


def joined(args, report, kafka):
    """A node that comes in the middle of a run takes its share; one that is killed and back on the same address within 5 s does, too."""
    cluster, topic = started(args, report, 2, spare=1), args.prefix + "joined"
    try:
        backup = new_backup(args, kafka, "joined", topic, segment_max_bytes=262_144)
        kafka.fill(topic, int(3_000_000 * args.scale), 60)
        process = backup.start("backup", "-c", backup.config, "--cluster", cluster.addresses())
        time.sleep(2)
        newcomer, began = cluster.spare[0], time.monotonic()
        newcomer.start()
        works = balanced = None
        while process.poll() is None and not (works and balanced):
            entities, shards = cluster.shares("entities"), cluster.shares("shards")
            works = works or (len(entities) == 3 and entities[2] > 0 and time.monotonic() - began)
            balanced = balanced or (len(shards) == 3 and max(shards) - min(shards) <= 1 and time.monotonic() - began)
            time.sleep(.2)
        report.check(works, "the new node has partitions at work %.1f s after its start" % (works or -1))
        report.note("shards are even %s" % ("after %.1f s" % balanced if balanced else "not before the run was over"))
        newcomer.kill()
        killed = time.monotonic()
        time.sleep(4)
        newcomer.start()
        report.check(cluster.wait_until_whole() is not None, "killed and back on its address after 4 s: whole %.1f s after the kill" % (time.monotonic() - killed))
        run = backup.end(process, 600)
        report.check(run.code == 0, "the run ends with 0", run.err)
        common.whole(report, backup, kafka.digests([topic]), "joined")
    finally:
        cluster.end()


class PostgreSql:
    """Debian's, at an address of its own."""

    def __init__(self, folder, host):
        self.folder, self.host, self.port = folder, host, free_port()
        self.bin = sorted(os.path.join("/usr/lib/postgresql", version, "bin") for version in os.listdir("/usr/lib/postgresql"))[-1]
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        shutil.chown(folder, "postgres")
        for parent in (os.path.dirname(folder), folder):
            os.chmod(parent, 0o711)
        self._run("initdb", "-D", folder + "/data", "-A", "trust")
        with open(folder + "/data/pg_hba.conf", "a", encoding="ascii") as file:
            file.write("host all all 10.77.0.0/24 trust\n")
        self.start()

    def _run(self, program, *words):
        subprocess.run(["runuser", "-u", "postgres", "--", os.path.join(self.bin, program), *words], check=True, stdout=subprocess.DEVNULL)

    def start(self):
        self._run("pg_ctl", "-D", self.folder + "/data", "-w", "-l", self.folder + "/log", "-o",
                  "-p %d -c listen_addresses=%s -c unix_socket_directories=" % (self.port, self.host), "start")

    def stop(self):
        self._run("pg_ctl", "-D", self.folder + "/data", "-m", "fast", "-w", "stop")

    def variables(self):
        return {"KAFKA_BACKUP_JOURNAL_POSTGRESQL": "Host=%s;Port=%d;Username=postgres;Database=postgres" % (self.host, self.port)}


def database(args, report, kafka):
    """The database with the journal of all nodes is away for 60 s in the middle of a run."""
    postgres, topic = PostgreSql(os.path.join(args.work, "postgresql"), "127.0.3.1"), args.prefix + "database"
    cluster = started(args, report, 3, **postgres.variables())
    try:
        kafka.fill(topic, int(3_000_000 * args.scale), 60)
        backup = new_backup(args, kafka, "database", topic, segment_max_bytes=1_572_864)
        process = backup.start("backup", "-c", backup.config, "--cluster", cluster.addresses())
        time.sleep(2)
        postgres.stop()
        report.note("the run was %s when the database went away" % ("over" if process.poll() is not None else "under way"))
        stopped = time.monotonic()
        run = backup.end(process, 600)
        report.check(run.code == 0, "the run ends with 0, %.1f s after the database had gone" % (time.monotonic() - stopped), run.err)
        time.sleep(max(0, 60 - (time.monotonic() - stopped)))
        postgres.start()
        common.whole(report, backup, kafka.digests([topic]), "database away")
        told = sum(node.said().count("workers' journal could not be") for node in cluster.nodes)
        report.check(told > 0, "nodes told %d times that the journal failed" % told)
    finally:
        cluster.end()
        postgres.stop()


def started(args, report, count, spare=0, network=None, product=None, **variables):
    folder = os.path.join(args.work, args.scenario)
    shutil.rmtree(folder, ignore_errors=True)
    cluster = Cluster(product or args.product, folder, count, spare, network, **variables)
    if not report.check(cluster.start() is not None, "%d nodes form a cluster" % count):
        cluster.end()
        raise SystemExit("no cluster, no checks")
    return cluster


def new_backup(args, kafka, name, topic, **settings):
    return common.Backup(args.product, os.path.join(args.work, args.scenario, name), name, kafka.bootstrap, [topic],
                         incremental="continuous" in settings, stores=args.stores, **settings)
