"""Nodes in networks of their own: cut from each other, from the store, the broker or the database, and limited in what they send."""
import os
import time
import urllib.parse

import common
from cluster_losses import PostgreSql, new_backup, started
from netns import Forward, Network
from stores import Bucket

STORE, DATABASE = "127.0.2.1", "127.0.3.1"


def cuts(args, report, kafka):
    """Two nodes and one are cut from each other for 60 s, both alive; then one is cut from the store, the broker and the database."""
    network = Network(3)
    postgres = PostgreSql(os.path.join(args.work, "postgresql"), DATABASE)
    try:
        for name, addresses in (("nodes", [network.address(1), network.address(2)]), ("store", [STORE]), ("broker", ["127.0.0.1"]), ("database", [DATABASE])):
            cut(args, report, kafka, network, postgres, name, addresses)
    finally:
        network.remove()
        postgres.stop()


def cut(args, report, kafka, network, postgres, name, addresses):
    cluster, topic = started(args, report, 3, network=network, **postgres.variables()), args.prefix + name
    heal = None
    try:
        kafka.fill(topic, int(2_000_000 * args.scale), 24)
        backup = new_backup(args, kafka, name, topic, segment_max_bytes=131_072)
        process = backup.start("backup", "-c", backup.config, "--cluster", cluster.addresses())
        while process.poll() is None and not os.path.isdir(backup.path("topics")):
            time.sleep(.05)
        report.note("%s: the run was %s when node 0 was cut off" % (name, "over" if process.poll() is not None else "under way"))
        heal = network.cut(0, *addresses)
        time.sleep(60)
        heal()
        heal = None
        run = backup.end(process, 600)
        report.check(run.code == 0, "%s: the run ends with 0 after %.1f s" % (name, run.seconds), run.err)
        for node in cluster.nodes:
            if not node.is_alive():
                said = node.said().strip().splitlines()
                report.check(node.process.returncode == 1 and said, "%s: node %d ended with %d and says: %s" % (name, node.number, node.process.returncode, said[-1][:200]))
                node.start()
        report.check(cluster.wait_until_whole() is not None, "%s: the cluster is whole again" % name)
        common.whole(report, backup, kafka.digests([topic]), name)
    finally:
        if heal:
            heal()
        cluster.end()


def scaling(args, report, kafka):
    """What nodes send is limited to 20 MB/s each, or --rate: the same 2 GB on one, two and four."""
    network, topic, seconds = Network(4), args.prefix + "scaling", {}
    records = int(1_000_000 * args.scale)
    try:
        kafka.load(topic, records, 24, args.seed, shape="fixed:2000", codec="none", create=True)
        for count in (1, 2, 4):
            for number in range(4):
                network.limit(number, int(args.rate * 1_000_000))
            cluster = started(args, report, count, network=network)
            try:
                backup = new_backup(args, kafka, "on-%d" % count, topic, compression="none", segment_max_bytes=8_388_608)
                run = backup.run("backup", "-c", backup.config, "--cluster", cluster.addresses(), timeout=900)
                report.check(run.code == 0, "%d nodes: %.1f s" % (count, run.seconds), run.err)
                seconds[count] = run.seconds
            finally:
                cluster.end()
        for count, aim in ((2, .9), (4, .85)):
            report.note("efficiency on %d nodes: %.2f (aim %.2f)" % (count, seconds[1] / count / seconds[count], aim))
    finally:
        network.remove()


def beside(stores):
    """The bucket by an address of its own, which can be cut off without the broker."""
    port = urllib.parse.urlsplit(stores.endpoint).port
    Forward(STORE, port)
    return Bucket("http://%s:%d" % (STORE, port), stores.bucket, stores.files, stores.patience)
