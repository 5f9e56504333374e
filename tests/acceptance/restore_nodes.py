#!/usr/bin/env python3
"""Backups are restored by a cluster of three nodes, and an independent consumer finds the same records in the same order, byte for byte.

  restore_nodes.py mixed     records of every shape, all codecs, aborted transactions
  restore_nodes.py kills     kill -9 of a random node, again and again while records are restored; each comes back a while later
  restore_nodes.py rates     limits of bytes and of records a second hold for the whole restore
  restore_nodes.py shares    a topic of 12 partitions becomes one of 5, while the node that works on it is killed
  restore_nodes.py all       all of them

Environment and options as restore.py has them. Exits with 1 on any violation.
"""
import functools
import os
import random
import signal
import sys
import time

import nodes
import repartition as shares_of
import restore
import restoring


def in_cluster(scenario):
    """Runs a scenario while three nodes are there; restores are given to them."""
    @functools.wraps(scenario)
    def run(args, report, kafka):
        cluster = nodes.Cluster(args.product, os.path.join(args.work, args.scenario + "-cluster"), 3)
        report.check(cluster.start() is not None, "three nodes find each other")
        os.environ["KAFKA_BACKUP_HTTP_TOKEN"] = nodes.TOKEN
        restoring.GIVEN[:] = ["--cluster", cluster.addresses()]
        try:
            scenario(args, report, kafka, cluster)
        finally:
            restoring.GIVEN.clear()
            cluster.end()
    return run


@in_cluster
def mixed(args, report, kafka, cluster):
    names, committed = restore.fill(args, kafka, 1_200_000, 4)
    backup = restoring.backed_up(args, report, kafka, names)
    kafka.made += names.values()
    run = restoring.restored(backup, names, "max_concurrent_partitions: 6")
    report.check("Restored %s records" % format(committed, ",") in run.err, "%s records are restored in %.1f s" % (format(committed, ","), run.seconds), run.err)
    report.check(run.code == 0, "exit code %s" % run.code, run.err)
    restoring.same(report, kafka, names, "mixed")


@in_cluster
def kills(args, report, kafka, cluster):
    chooser = random.Random(args.seed)
    names, committed = restore.fill(args, kafka, 1_200_000, 4)
    backup = restoring.backed_up(args, report, kafka, names)
    killed, round_ = 0, 0
    while killed < args.kills:
        round_ += 1
        into = {source: "%s-%d" % (target, round_) for source, target in names.items()}
        kafka.made += into.values()
        lines = ["include_original_offset_header: %s" % str(bool(round_ % 2)).lower(), "max_concurrent_partitions: 6", "rate_limit_records_per_sec: %d" % (committed / args.seconds)]
        process, began = restoring.start(backup, into, *lines), time.monotonic()
        while process.poll() is None and killed < args.kills:
            time.sleep(chooser.uniform(2, 15))
            if process.poll() is None:
                node = chooser.choice([node for node in cluster.nodes if node.is_alive()])
                node.kill()
                killed += 1
                time.sleep(chooser.uniform(0, 10))
                for gone in [node for node in cluster.nodes if not node.is_alive()]:
                    gone.start()  # Also one that has stopped itself, as it had lost the majority: whoever runs nodes starts it again.
                cluster.wait_until_whole()
        run = backup.end(process)
        report.check(run.code == 0, "round %d: after %d kills so far it comes to its end (%.0f s)" % (round_, killed, time.monotonic() - began), run.err)
        restoring.same(report, kafka, into, "round %d" % round_)
    report.check(killed == args.kills, "%d kills" % killed)


@in_cluster
def rates(args, report, kafka, cluster):
    restore.rates(args, report, kafka, ending=lambda backup, process: stopped(backup, process, cluster))


def stopped(backup, process, cluster):
    """Who follows a restore and is told to end leaves it at work; so it ends with the nodes."""
    process.send_signal(signal.SIGTERM)
    run = backup.end(process)
    for node in cluster.nodes:
        node.kill()
    for node in cluster.nodes:
        node.start()
    cluster.wait_until_whole()
    return run


@in_cluster
def shares(args, report, kafka, cluster):
    def lose():
        time.sleep(6)
        node = min(cluster.nodes, key=lambda node: node.name)  # The one that is chosen where none has work yet; it has all of the topic.
        node.kill()
        time.sleep(2)
        node.start()

    run = shares_of.repartition(args, report, kafka, 12, 5, meanwhile=lose, lines=["rate_limit_records_per_sec: 60000"])
    report.check("go on elsewhere" in run.err, "the node that was killed was at work on the partitions", run.err)


restore.SCENARIOS = {"mixed": mixed, "kills": kills, "rates": rates, "shares": shares}
restore.__doc__ = __doc__

if __name__ == "__main__":
    sys.exit(restore.main())
