"""Continuous runs: what they cost while nothing comes, how soon they have what comes, and how they end."""
import os
import shutil
import signal
import time

from common import Backup, changes, covered, decoded, listing, sentences, whole
from live import LedgerWatch, Steady, begun, below, cpu_seconds, ends, store_events, tool

PARTITIONS = 3
INTERVAL_SECONDS = 5
IDLE_SECONDS = 60


def open_backup(args, name, topics):
    folder = os.path.join(args.work, name)
    shutil.rmtree(folder, ignore_errors=True)
    return Backup(args.product, folder, name, args.bootstrap, topics, continuous="true", segment_max_interval_ms=INTERVAL_SECONDS * 1000,
                  sync_interval_secs=INTERVAL_SECONDS)


def stopped(report, backup, process, what):
    """SIGTERM ends a continuous run with 0."""
    asked = time.monotonic()
    process.send_signal(signal.SIGTERM)
    run = backup.end(process, 60)
    report.check(run.code == 0, "%s: SIGTERM ends it with 0, after %.1f s" % (what, time.monotonic() - asked), run.err)
    report.check(sentences(run.err), "%s: no stack trace" % what, run.err)
    return run


def caught_up(report, kafka, watch, process, topics, since, what, timeout=120):
    """Waits until all that there is now is committed; gives how long after `since` that was."""
    wanted = ends(kafka, topics)
    at = watch.when(wanted, timeout, process)
    if report.check(at is not None, "%s: all of it was committed" % what, (wanted, watch.seen[-1:])):
        report.note("%s: committed %.1f s after the writer was through" % (what, max(0.0, at - since)))
    return at


def quiet(report, backup, process, what):
    """A minute without anything new: the store is not written, only the views are looked at now and then, and the processor is left alone."""
    settled = tree(backup.store)
    while process.poll() is None:  # What was on its way is through, manifest.json among it.
        time.sleep(3 * INTERVAL_SECONDS)
        settled, earlier = tree(backup.store), settled
        if settled == earlier:
            break
    before, used = tree(backup.store), cpu_seconds(process.pid)
    events = store_events(backup.store, IDLE_SECONDS)
    used, after = cpu_seconds(process.pid) - used, tree(backup.store)
    report.check(process.poll() is None, "%s: it still runs" % what)
    report.check(before == after, "%s: no object and no folder of the store has changed" % what, changes(before, after))
    views = [event for event in events if event.split(" (")[0] in (backup.path("manifest.json"), backup.path("offsets.db"))]
    opened = sum(event.endswith("(0x20)") for event in views)
    report.check(len(views) == len(events) and opened <= 2 * (IDLE_SECONDS / INTERVAL_SECONDS + 1), "%s: manifest.json and offsets.db were opened %d times "
                 "in %d s with sync_interval_secs %d, and nothing else in the store" % (what, opened, IDLE_SECONDS, INTERVAL_SECONDS),
                 "\n".join(event for event in events if event not in views))
    report.check(used < IDLE_SECONDS * 0.1, "%s: %.2f s of processor time in %d s, %.1f %% of a core" % (what, used, IDLE_SECONDS, 100 * used / IDLE_SECONDS))


def tree(root):
    """Of every file and folder when it changed."""
    found = listing(root)
    found.update({"%s/" % os.path.relpath(folder, root): os.stat(folder).st_mtime_ns for folder, _, _ in os.walk(root)})
    return found


def idle(args, report, kafka):
    """An empty topic, then one that is backed up."""
    topic = args.prefix + "orders"
    kafka.made.append(topic)
    tool(kafka, "kafka-topics.sh", "--create", "--topic", topic, "--partitions", PARTITIONS, "--config", "retention.ms=-1")
    backup = open_backup(args, "idle", [topic])
    process = begun(backup)
    watch = LedgerWatch(backup)
    try:
        quiet(report, backup, process, "empty topic")
        kafka.load(topic, 3_000, PARTITIONS, args.seed, shape="json1k")
        caught_up(report, kafka, watch, process, [topic], time.time(), "first records")
        quiet(report, backup, process, "all is backed up")
    finally:
        watch.stop()
        stopped(report, backup, process, "idle")
    whole(report, backup, kafka.digests([topic]), "idle")


class Bursts:
    """What comes to the source, one after the other."""

    def __init__(self, args, kafka):
        self.args, self.kafka, self.seed = args, kafka, args.seed
        self.records = max(300, int(10_000 * args.scale))
        self.topics = {}

    def new_topic(self):
        topic = "%sorders-%d" % (self.args.prefix, len(self.topics) + 1)
        self.topics[topic] = PARTITIONS
        return self.load(topic, create=True)

    def more_records(self):
        return self.load(next(iter(self.topics)))

    def more_partitions(self):
        topic = list(self.topics)[-1]
        self.topics[topic] += 2
        tool(self.kafka, "kafka-topics.sh", "--alter", "--topic", topic, "--partitions", self.topics[topic])
        return self.load(topic)

    def load(self, topic, create=False):
        self.seed += 1
        self.kafka.load(topic, self.records, self.topics[topic], self.seed, transactions="some-aborted" if self.seed % 2 else "none", create=create)
        return "%s, %d partitions, %d records" % (topic[len(self.args.prefix):], self.topics[topic], self.records)


def continuous(args, report, kafka):
    """Bursts by turns, an idle minute, a trickle, SIGTERM when all is done; another run that SIGTERM meets at work, and one that has the rest."""
    bursts = Bursts(args, kafka)
    bursts.new_topic()
    backup = open_backup(args, "continuous", [args.prefix + "*"])
    process = begun(backup)
    watch = LedgerWatch(backup)
    began, before = time.monotonic(), cpu_seconds(process.pid)
    try:
        caught_up(report, kafka, watch, process, list(bursts.topics), time.time(), "what was there before")
        quiet(report, backup, process, "idle minute")
        turn = 0
        while time.monotonic() - began < args.seconds * 2 / 3 and process.poll() is None:
            kind = (bursts.more_records, bursts.new_topic, bursts.more_partitions)[turn % 3]
            turn += 1
            what = "burst %d, %s: %s" % (turn, kind.__name__.replace("_", " "), kind())
            caught_up(report, kafka, watch, process, list(bursts.topics), time.time(), what)
        trickle(report, kafka, backup, process, watch, list(bursts.topics), max(30, args.seconds - (time.monotonic() - began)))
        report.note("%.1f s of processor time in %.0f s" % (cpu_seconds(process.pid) - before, time.monotonic() - began))
    finally:
        watch.stop()
        run = stopped(report, backup, process, "continuous")
    found = [line for line in run.err.splitlines() if "] Found " in line]
    report.note("the log names %d new topics or numbers of partitions, and has %d lines in all" % (len(found), len(run.err.splitlines())))
    objects(report, backup, run.seconds)
    whole(report, backup, kafka.digests(bursts.topics), "continuous")
    met_at_work(args, report, kafka, backup, list(bursts.topics))


def trickle(report, kafka, backup, process, watch, topics, seconds):
    """A producer that never stops costs one object an interval and partition, not one a poll."""
    count, began = len(listing(backup.path("topics"))), time.time()
    writer = Steady(kafka, topics[0], 200)
    time.sleep(seconds)
    writer.stop()
    stop = time.time()
    made = len(listing(backup.path("topics"))) - count
    report.check(made <= PARTITIONS * (seconds / INTERVAL_SECONDS + 1), "trickle: %d objects in %.0f s of %d partitions, at most one each %d s" % (
        made, seconds, PARTITIONS, INTERVAL_SECONDS))
    pauses = [later - sooner for moments in watch.commits(began + 5, stop).values() for sooner, later in zip(moments, moments[1:])]
    report.note("trickle: %.1f to %.1f s from one commit of a partition to the next" % (min(pauses, default=0), max(pauses, default=0)))
    caught_up(report, kafka, watch, process, topics, stop, "trickle")


def objects(report, backup, seconds):
    everything = listing(backup.store)
    segments = sum("/topics/" in path and "/_cluster/" not in path for path in everything)
    entries = sum(len(rows) for rows in backup.segments().values())
    report.note("%d objects after %.0f s, %d of them segments, of which the manifest names %d" % (len(everything), seconds, segments, entries))


def met_at_work(args, report, kafka, backup, topics):
    """SIGTERM while records come in: what is committed is whole, and the next run has the rest."""
    writer = Steady(kafka, topics[0], 3_000)
    process = begun(backup)
    try:
        time.sleep(4 * INTERVAL_SECONDS)
        stopped(report, backup, process, "stopped at work")
    finally:
        writer.stop()
    reached = backup.covered()
    decoded(report, backup, below(kafka, topics, reached), "stopped at work")
    covered(report, backup, "stopped at work")
    process = begun(backup)
    watch = LedgerWatch(backup)
    try:
        caught_up(report, kafka, watch, process, topics, time.time(), "the rest")
    finally:
        watch.stop()
        stopped(report, backup, process, "the rest")
    whole(report, backup, kafka.digests(topics), "the rest")
