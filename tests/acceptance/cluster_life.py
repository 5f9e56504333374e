"""The life of a cluster: restarts under continuous backups, schedules, ten thousand partitions, two clusters on one backup."""
import datetime
import os
import subprocess
import time

import common
from cluster_losses import new_backup, started
from live import LedgerWatch, Steady, cpu_seconds, ends


def rolling(args, report, kafka):
    """All nodes stopped and started, and one after the other, under a continuous backup with a producer writing."""
    cluster, topic = started(args, report, 3, product=args.before), args.prefix + "rolling"
    kafka.load(topic, 3_000, 12, args.seed, create=True)
    backup = new_backup(args, kafka, "rolling", topic, continuous="true", poll_interval_ms=500, segment_max_interval_ms=2_000)
    writer, watch = Steady(kafka, topic, 500, 300), LedgerWatch(backup)
    try:
        submitted = backup.run("submit", "-c", backup.config, "--cluster", cluster.addresses())
        report.check(submitted.code == 0, "a continuous backup is declared", submitted.err)
        report.check(watch.when(ends(kafka, [topic]), 60), "it begins")
        for node in cluster.nodes:
            node.process.terminate()
        codes = [node.process.wait(60) for node in cluster.nodes]
        report.check(codes == [0, 0, 0], "all stopped at once: exit codes %s" % codes)
        time.sleep(5)
        began = time.monotonic()
        for node in cluster.nodes:
            node.start()
        report.check(cluster.wait_until_whole() is not None, "started again, they form a cluster after %.1f s" % (time.monotonic() - began))
        caught_up(report, kafka, topic, watch, "all restarted")
        for node in cluster.nodes:
            seconds, code = node.stop()
            report.check(code == 0, "node %d stops with 0 after %.1f s" % (node.number, seconds))
            node.run_by(args.product)
            node.start()
            report.check(cluster.wait_until_whole() is not None, "and joins again")
            caught_up(report, kafka, topic, watch, "node %d restarted" % node.number)
        writer.stop()
        caught_up(report, kafka, topic, watch, "the producer has stopped")
        paused = backup.run("cluster", "pause", backup.id, "--cluster", cluster.addresses())
        report.check(paused.code == 0, "it is paused", paused.err)
        wait(lambda: cluster.details(backup.id)["state"] == "Paused", 60)
        common.whole(report, backup, kafka.digests([topic]), "rolling")
    finally:
        writer.stop()
        watch.stop()
        cluster.end()


def caught_up(report, kafka, topic, watch, what):
    """Until what the source has now is committed."""
    asked, wanted = time.time(), ends(kafka, [topic])
    at = watch.when(wanted, 60)
    report.check(at is not None and at - asked < 10, "%s: what the source had then is committed %.1f s later" % (what, max(0, (at or 1e12) - asked)))


def thousands(args, report, kafka):
    """Ten thousand partitions of 100 topics; then nothing new; then one record in each of a hundred in continuous mode."""
    cluster, topics = started(args, report, 3), ["%sthousands-%d" % (args.prefix, number) for number in range(100)]
    partitions = max(1, int(100 * args.scale))
    try:
        for topic in topics:
            kafka.fill(topic, 10 * partitions, partitions, batch=200)
        for round_ in ("first run", "nothing new"):
            backup = new_backup(args, kafka, "thousands", args.prefix + "thousands-*")
            before = [cpu_seconds(node.process.pid) for node in cluster.nodes]
            run = backup.run("backup", "-c", backup.config, "--cluster", cluster.addresses(), timeout=1_200)
            report.check(run.code == 0, "%s of %s partitions: %.1f s" % (round_, format(100 * partitions, ","), run.seconds), run.err)
            report.note("RSS %s MiB, CPU %s s" % ([node.rss() for node in cluster.nodes],
                                                 ["%.0f" % (cpu_seconds(node.process.pid) - was) for node, was in zip(cluster.nodes, before)]))
        backup = new_backup(args, kafka, "thousands", args.prefix + "thousands-*", continuous="true", poll_interval_ms=1_000, segment_max_interval_ms=1_000)
        report.check(backup.run("submit", "-c", backup.config, "--cluster", cluster.addresses()).code == 0, "it goes on continuously")
        wait(lambda: ((cluster.details(backup.id) or {}).get("status") or {}).get("phase") == "Waiting", 300)
        watch = LedgerWatch(backup)
        kafka.load(topics[0], partitions, partitions, args.seed + 1, shape="json1k")
        asked = time.time()
        at = watch.when(ends(kafka, topics), 120)
        watch.stop()
        report.check(backup.run("cluster", "pause", backup.id, "--cluster", cluster.addresses()).code == 0, "it is paused")
        report.check(at is not None, "one record in each of a hundred: all committed %.1f s after the last was written" % max(0, (at or 0) - asked))
        common.whole(report, backup, kafka.digests(topics), "thousands")
    finally:
        cluster.end()


def schedule(args, report, kafka):
    """A run every minute for ten minutes, over two restarts of all nodes: one for each tick, none twice."""
    cluster, topic = started(args, report, 3), args.prefix + "schedule"
    kafka.load(topic, 1_000, 6, args.seed, create=True)
    backup = new_backup(args, kafka, "schedule", topic)
    try:
        submitted = backup.run("submit", "-c", backup.config, "--cluster", cluster.addresses(), "--schedule", "* * * * *")
        report.check(submitted.code == 0, "a schedule of a run each minute is declared", submitted.err)
        began = datetime.datetime.now(datetime.timezone.utc)
        for minute in range(args.minutes):
            time.sleep(60 - time.time() % 60 + 25)  # 25 s past the minute
            if minute in (args.minutes // 3, 2 * args.minutes // 3):
                for node in cluster.nodes:
                    node.process.terminate()
                for node in cluster.nodes:
                    node.process.wait(60)
                    node.start()
                report.check(cluster.wait_until_whole() is not None, "all nodes are restarted, %d minutes in" % (minute + 1))
        runs = [run for run in cluster.details(backup.id)["backup"]["runs"]]
        starts = sorted(run["started_at"] for run in runs)
        minutes = [start[:16] for start in starts]
        ended = datetime.datetime.now(datetime.timezone.utc)
        expected = int(ended.timestamp() // 60 - began.timestamp() // 60)
        report.check(len(minutes) == len(set(minutes)) == expected, "%d ticks, %d runs, none twice" % (expected, len(minutes)), starts)
        report.check(all(run["ended_at"] and not run["failures"] for run in runs), "all ended without a failure", runs)
        common.whole(report, backup, kafka.digests([topic]), "schedule")
    finally:
        cluster.end()


def rivals(args, report, kafka):
    """A cluster and a local run on the same backup id at the same time: one is fenced, nothing is damaged."""
    cluster, topic = started(args, report, 3), args.prefix + "rivals"
    kafka.load(topic, int(200_000 * args.scale), 12, args.seed, create=True)
    backup = new_backup(args, kafka, "rivals", topic, segment_max_bytes=131_072)
    other = new_backup(args, kafka, "rivals", topic, segment_max_bytes=131_072, compression="lz4")
    try:
        one = backup.start("backup", "-c", backup.config, "--cluster", cluster.addresses())
        time.sleep(1)
        two = other.start()
        runs = [backup.end(one, 300), other.end(two, 300)]
        report.check({run.code for run in runs} <= {0, 1, 3}, "cluster and local run end with %s" % [run.code for run in runs], [run.err for run in runs])
        report.check(all(run.code == 0 or common.sentences(run.err) for run in runs), "who gave way says so in a sentence", [run.err for run in runs])
        last = backup.run("backup", "-c", backup.config, "--cluster", cluster.addresses())
        report.check(last.code == 0, "the next run ends with 0", last.err)
        common.whole(report, backup, kafka.digests([topic]), "rivals")
    finally:
        cluster.end()


def wait(is_so, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end and not is_so():
        time.sleep(.2)
