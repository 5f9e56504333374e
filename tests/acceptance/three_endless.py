"""Harm during a continuous run, while a producer writes: nothing lost, nothing twice, and how long each harm holds the run up."""
import os
import shutil
import signal
import time

from common import Backup, sentences, whole
from live import LedgerWatch, Steady, begun, ends

PARTITIONS = 6
RATE = 500
INTERVAL_SECONDS = 2
BEFORE_SECONDS = 20
AFTER_SECONDS = 25


def continuous(args, report, kafka, cluster, harms):
    """One topic and one run for each harm."""
    for number, (name, harm) in enumerate(harms.items()):
        print("== continuous, %s" % name, flush=True)
        topic = args.prefix + name
        kafka.load_replicated(topic, PARTITIONS, max(600, int(30_000 * args.scale)), args.seed + number)
        harmed(args, report, kafka, cluster, topic, name, harm)


def harmed(args, report, kafka, cluster, topic, name, harm):
    folder = os.path.join(args.work, "three-endless", name)
    shutil.rmtree(folder, ignore_errors=True)
    backup = Backup(args.product, folder, "three", args.bootstrap, [topic], continuous="true", poll_interval_ms=500,
                    segment_max_interval_ms=INTERVAL_SECONDS * 1000)
    process = begun(backup)
    watch, writer, undo = LedgerWatch(backup), Steady(kafka, topic, RATE, 1_000), lambda: None
    try:
        watch.when(dict.fromkeys(((topic, partition) for partition in range(PARTITIONS)), 1), 60, process)
        time.sleep(BEFORE_SECONDS)
        began = time.time()
        undo = harm(cluster, process, topic)
        over = time.time()
        time.sleep(AFTER_SECONDS)
        until = time.time()
        undo()
        undo = lambda: None
        writer.stop()
        stop = time.time()
        wanted = ends(kafka, [topic])
        at = watch.when(wanted, 180, process)
        report.check(at is not None, "%s: it catches up" % name, (wanted, watch.seen[-1:]))
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
    finally:
        writer.stop()
        watch.stop()
        undo()
        run = backup.end(process, 60)
    report.check(run.code == 0, "%s: SIGTERM ends it with 0, after %.1f s" % (name, time.monotonic() - asked), run.err)
    report.check(sentences(run.err), "%s: no stack trace" % name, run.err)
    whole(report, backup, kafka.digest(topic), name)
    usual, pause = (longest(watch, *span) for span in ((began - BEFORE_SECONDS, began), (began, until)))
    report.note("%s: the harm took %.1f s; longest pause between commits of one partition: %.1f s before, %.1f s after it began (%s)" % (
        name, over - began, usual[0], *pause))
    report.note("%s: after it began nothing at all was committed for %.1f s at most; all partitions were committed again after %.1f s" % (
        name, silence(sorted(moment for moments in watch.commits(began, until).values() for moment in moments), began, until), again(watch, began, until)))
    report.note("%s: all was committed %.1f s after the writer had stopped" % (name, max(0.0, (at or time.time()) - stop)))
    for line in [line for line in run.err.splitlines() if "[WARN" in line or "[ERROR" in line or "again" in line][:8]:
        report.note(line[:300])
    if not args.keep:
        shutil.rmtree(folder)


def silence(marks, since, until):
    """The longest time without any of `marks`, which are in order."""
    edges = [since, *marks, until]
    return max(later - sooner for sooner, later in zip(edges, edges[1:]))


def longest(watch, since, until):
    """(seconds, partition) of the longest pause of any partition."""
    return max(((silence(moments, since, until), "partition %d" % where[1]) for where, moments in watch.commits(since, until).items()), default=(until - since, "all"))


def again(watch, began, until):
    """How long after `began` each partition had gone on at least once, after the pause that the harm made it take."""
    latest = 0.0
    for moments in watch.commits(began, until).values():
        edges = [began, *moments]
        pause, resumed = max(((later - sooner, later) for sooner, later in zip(edges, edges[1:])), default=(0, until))
        latest = max(latest, resumed - began if pause > 3 * INTERVAL_SECONDS else moments[0] - began)
    return latest
