"""The source loses what was to be read: records deleted during a run, topics deleted and made anew."""
import itertools
import json
import os
import shutil
import signal
import time

from common import Backup, decode_backup, listing, sentences, whole
from live import digests, ends, rows, tool, topic_id
from mixed import nothing_new

INCOMPLETE = 3
SOURCE = 4


def retention(args, report, kafka):
    """Most of a partition is deleted while it is read: a gap, exit code 3; the next run goes on and ends with 0."""
    folder = os.path.join(args.work, "retention")
    shutil.rmtree(folder, ignore_errors=True)
    topic = args.prefix + "orders"
    # More than what a run reads ahead.
    kafka.load(topic, max(60_000, int(150_000 * args.scale)), 1, args.seed, shape="json1k", codec="none", create=True)
    where, end = (topic, 0), ends(kafka, [topic])[topic, 0]
    backup = Backup(args.product, folder, "retention", args.bootstrap, [topic], segment_max_records=500)
    before = os.path.join(folder, "before.jsonl")
    kafka.kt("dump", "--topic", topic, "--out", before)
    process = backup.start()
    while process.poll() is None and len(listing(backup.path("topics"))) < 3:
        time.sleep(0.01)
    process.send_signal(signal.SIGSTOP)
    held = process.poll() is None
    delete_below(kafka, folder, topic, end - 700)
    process.send_signal(signal.SIGCONT)
    run = backup.end(process)
    report.check(held, "the run was at work when records were deleted")
    report.check(run.code == INCOMPLETE, "the run ends with %d (%.1f s)" % (INCOMPLETE, run.seconds), "%s\n%s" % (run.code, run.err))
    report.check(sentences(run.err), "no stack trace", run.err)
    gaps = gaps_of(backup)
    lost = gaps.get(where, [])
    report.note("%d offsets were left to be read, %d are lost" % (end, sum(after - first for first, after in lost)))
    report.check(len(lost) == 1 and lost[0][1] == end - 700, "one gap is recorded, up to where the log starts now: %s" % lost)
    report.check(all("offsets %d to %d were deleted at the source" % (first, after - 1) in run.err for first, after in lost), "the run names it", run.err)
    whole(report, backup, digests(outside(lost, before)), "run with a gap")
    kafka.load(topic, 1_000, 1, args.seed + 1, shape="json1k")
    run = backup.run()
    report.check(run.code == 0 and run.backed_up() == 1_000, "the next run ends with 0 and has the 1,000 records that came since", run.err)
    report.check(gaps_of(backup) == gaps, "and leaves the gap as it is")
    since = (row for row in rows(kafka, topic) if row["offset"] >= end)
    whole(report, backup, digests(itertools.chain(outside(lost, before), since)), "run after the gap")
    nothing_new(report, backup, "one more run")
    os.remove(before)


def outside(gaps, path):
    """The records of a dump that lie in none of the gaps."""
    with open(path, encoding="utf-8") as file:
        yield from (row for row in map(json.loads, file) if not any(start <= row["offset"] < after for start, after in gaps))


def gaps_of(backup):
    found = decode_backup.partitions(decode_backup.load_manifest(backup.store, backup.id))
    return {row[:2]: [(gap["start_offset"], gap["end_offset"]) for gap in row[3]] for row in found if row[3]}


def delete_below(kafka, folder, topic, offset, partition=0):
    path = os.path.join(folder, "delete.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"version": 1, "partitions": [{"topic": topic, "partition": partition, "offset": offset}]}, file)
    tool(kafka, "kafka-delete-records.sh", "--offset-json-file", path)


def recreated(args, report, kafka):
    """Fewer and more records than before: the topic is refused by its id, the other one is backed up."""
    for name, records in (("fewer", 300), ("more", 3_000)):
        folder = os.path.join(args.work, "recreated", name)
        shutil.rmtree(folder, ignore_errors=True)
        topics = [args.prefix + name, args.prefix + name + "-other"]
        for number, topic in enumerate(topics):
            kafka.load(topic, 1_000, 1, args.seed + number, create=True)
        backup = Backup(args.product, folder, name, args.bootstrap, topics)
        run = backup.run()
        report.check(run.code == 0, "%s records: the run before ends with 0" % name, run.err)
        first = kafka.digest(topics[0])
        old = topic_id(kafka, topics[0])
        tool(kafka, "kafka-topics.sh", "--delete", "--topic", topics[0])
        while topic_id(kafka, topics[0]):
            time.sleep(0.5)
        kafka.load(topics[0], records, 1, args.seed + 7, create=True)
        kafka.made.pop()  # It is in there already.
        kafka.load(topics[1], 500, 1, args.seed + 8)
        new, objects = topic_id(kafka, topics[0]), listing(backup.path("topics"))
        for what in ("%s records: the run after" % name, "%s records: one more run" % name):
            run = backup.run()
            report.check(run.code in (INCOMPLETE, SOURCE), "%s ends with %s (%.1f s)" % (what, run.code, run.seconds), run.err)
            told = [line for line in run.err.splitlines() if "[ERROR] %s:0: " % topics[0] in line]
            report.check(len(told) == 1 and old in told[0] and new in told[0], "%s names both topic ids" % what, run.err)
            report.check(sentences(run.err), "%s shows no stack trace" % what, run.err)
            whole(report, backup, {**first, **kafka.digest(topics[1])}, what)
        report.note(told[0] if told else run.err[-300:])
        now = listing(backup.path("topics"))
        report.check(all(now.get(path) == facts for path, facts in objects.items()) and len(now) > len(objects), "%s records: no object of before was touched" % name)
