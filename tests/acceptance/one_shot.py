"""Runs that end, while producers write on: each holds exactly what was committed below the offsets where it ended."""
import os
import re
import shutil

from common import Backup, changes, covered, decoded, listing, sentences, whole
from live import Pieces, Steady, below, ends
from mixed import nothing_new

PARTITIONS = 3
WATERMARK = re.compile(r"(\S+):(\d+): high watermark (\d+)")
BLOCKED = re.compile(r"(\S+):(\d+): a transaction is open at offset (\d+)")


def full(args, report, kafka):
    """Without offset_storage."""
    beside_writers(args, report, kafka, "full", False)


def incremental(args, report, kafka):
    """With offset_storage."""
    beside_writers(args, report, kafka, "incremental", True)


def snapshot(args, report, kafka):
    """stop_at_current_offsets: what the run logs as watermarks is where it ends."""
    beside_writers(args, report, kafka, "snapshot", False, stop_at_current_offsets="true")


def incremental_snapshot(args, report, kafka):
    """Both."""
    beside_writers(args, report, kafka, "incremental-snapshot", True, stop_at_current_offsets="true")


def beside_writers(args, report, kafka, name, is_incremental, **options):
    """Two runs while one producer writes steadily and another in transactions, a third after they have stopped, a fourth with nothing to do."""
    folder = os.path.join(args.work, name)
    shutil.rmtree(folder, ignore_errors=True)
    topics = [args.prefix + "plain", args.prefix + "paid"]
    records = max(500, int(40_000 * args.scale))
    for number, topic in enumerate(topics):
        kafka.load(topic, records, PARTITIONS, args.seed + number, create=True, transactions="some-aborted" if number else "none")
    backup = Backup(args.product, folder, name, args.bootstrap, topics, incremental=is_incremental, segment_max_records=2_000, **options)
    writers = [Steady(kafka, topics[0], 1_000), Pieces(kafka, topics[1], PARTITIONS, 2_000, args.seed + 100, "some-aborted")]
    try:
        before, objects = ends(kafka, topics), {}
        for number, what in enumerate(("%s, first run" % name, "%s, second run" % name)):
            run = backup.run("backup", "-v", "-c", backup.config)
            after = ends(kafka, topics)
            report.check(run.code == 0, "%s: ends with 0 (%.1f s)" % (what, run.seconds), run.err)
            report.check(sentences(run.err), "%s: no stack trace" % what, run.err)
            reached = ended(report, backup, run, before, after, what, bool(options))
            decoded(report, backup, below(kafka, topics, reached), what)
            covered(report, backup, what)
            said = "Resuming from saved offsets" if number else "No saved offsets found, starting from earliest"
            report.check((said in run.err) == is_incremental, "%s: the log %s '%s'" % (what, "says" if is_incremental else "does not say", said), run.err)
            now = listing(backup.path("topics"))
            report.check(all(now.get(path) == facts for path, facts in objects.items()), "%s: %d objects more, none touched" % (
                what, len(now) - len(objects)), changes(objects, now))
            before, objects = after, now
    finally:
        for writer in writers:
            writer.stop()
    run = backup.run("backup", "-v", "-c", backup.config)
    what = "%s, run after the writers" % name
    report.check(run.code == 0, "%s: ends with 0 (%.1f s)" % (what, run.seconds), run.err)
    whole(report, backup, kafka.digests(topics), what)
    nothing_new(report, backup, "%s, one more run" % name)


def ended(report, backup, run, before, after, what, is_snapshot):
    """Checks where the run ended, and gives {(topic, partition): next}."""
    reached = backup.covered()
    marks = {(topic.split(" ")[-1], int(partition)): int(offset) for topic, partition, offset in WATERMARK.findall(run.err)}
    blocked = {(topic, int(partition)): int(offset) for topic, partition, offset in BLOCKED.findall(run.err)}
    lag = sum(after[where] - reached.get(where, 0) for where in after)
    report.check(lag > 0, "%s: %s offsets were written after it, %d partitions ended at an open transaction" % (what, format(lag, ","), len(blocked)))
    for where, offset in blocked.items():
        report.check(reached.get(where, 0) == offset, "%s: %s:%d ends at the open transaction, %d" % (what, *where, offset), reached.get(where))
    free = {where: reached.get(where, 0) for where in after if where not in blocked}
    if is_snapshot:
        wrong = {where: (offset, marks.get(where)) for where, offset in free.items() if offset != marks.get(where)}
        report.check(marks.keys() == after.keys() and not wrong, "%s: %d watermarks are logged, %d partitions end at theirs" % (what, len(marks), len(free)), (wrong, marks))
        late = {where: (blocked[where], marks.get(where)) for where in blocked if blocked[where] > marks.get(where, 0)}
        report.check(not late, "%s: none ends behind its watermark" % what, late)
    else:
        report.check(not marks, "%s: no watermark is logged" % what, marks)
    outside = {where: (before[where], offset, after[where]) for where, offset in free.items() if not before[where] <= offset <= after[where]}
    report.check(not outside, "%s: ends between the watermarks before and after the run" % what, outside)
    return reached
