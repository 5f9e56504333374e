"""Transactions that stay open during a run, and tails that hold no record for a reader of committed ones."""
import os
import shutil
import subprocess
import time

from common import Backup, covered, decoded, sentences, whole
from live import Holder, below, ends, tool
from mixed import nothing_new


def transactions(args, report, kafka):
    """One-shot and snapshot runs end where the open transaction begins, say so, and the run after the commit has the rest."""
    for name, options in (("one-shot", {}), ("snapshot", {"stop_at_current_offsets": "true"})):
        for word in ("commit", "abort"):
            held_open(args, report, kafka, name, options, word)


def held_open(args, report, kafka, name, options, word):
    what = "%s, %s" % (name, word)
    folder = os.path.join(args.work, "transactions", name + "-" + word)
    shutil.rmtree(folder, ignore_errors=True)
    topic = args.prefix + name + "-" + word
    kafka.load(topic, 2_000, 2, args.seed, create=True)
    holder = Holder(kafka, topic)
    try:
        kafka.load(topic, 2_000, 2, args.seed + 1)
        top = ends(kafka, [topic])
        backup = Backup(args.product, folder, "transactions", args.bootstrap, [topic], **options)
        run = backup.run("backup", "-v", "-c", backup.config)
        report.check(run.code == 0, "%s: ends with 0 while the transaction is open (%.1f s)" % (what, run.seconds), run.err)
        says = "%s:0: a transaction is open at offset %d; what lies behind it" % (topic, holder.first)
        report.check(says in run.err and run.err.count("a transaction is open") == 1, "%s: says '%s'" % (what, says), run.err)
        if options:
            report.check(all("%s:%d: high watermark %d" % (*where, offset) in run.err for where, offset in top.items()), "%s: the watermarks are logged" % what, run.err)
        reached = backup.covered()
        report.check(reached[topic, 0] == holder.first and reached[topic, 1] == top[topic, 1], "%s: partition 0 ends at %d of %d, partition 1 at its end" % (
            what, holder.first, top[topic, 0]), (reached, top))
        decoded(report, backup, below(kafka, [topic], reached), "%s, open" % what)
        covered(report, backup, "%s, open" % what)
        nothing_new(report, backup, "%s, open, one more run" % what, but=["_cluster/head.json"])  # Claimed for what may come behind the transaction.
    finally:
        holder.end(word)
    expected = kafka.digests([topic])
    run = backup.run()
    report.check(run.code == 0 and "a transaction is open" not in run.err, "%s: the run after its end ends with 0" % what, run.err)
    report.check("%s:0 — starting at offset %d" % (topic, holder.first) in run.err, "%s: and goes on at %d" % (what, holder.first), run.err)
    whole(report, backup, expected, "%s, the rest" % what)
    nothing_to_read(report, backup, what)


def nothing_to_read(report, backup, what):
    """The next run starts no partition and writes nothing."""
    nothing_new(report, backup, "%s, one more run" % what)
    run = backup.run("backup", "-v", "-c", backup.config)
    report.check("starting at" not in run.err and "filling" not in run.err, "%s: no partition has anything to read" % what, run.err)


def tails(args, report, kafka):
    """Aborted records and markers at the end; then everything behind the first run compacted away."""
    topic = args.prefix + "aborted"
    backup = opened(args, kafka, topic)
    kafka.load(topic, 1_000, 1, args.seed, create=True)
    ended(report, backup, "before the aborted tail")
    Holder(kafka, topic, records=500).end("abort")
    Holder(kafka, topic, records=3).end("abort")
    run = ended(report, backup, "aborted tail")
    report.check(run.backed_up() == 0, "aborted tail: no record is backed up", run.err)
    report.check(backup.covered()[topic, 0] == ends(kafka, [topic])[topic, 0], "aborted tail: covered up to the end of the log, %d" % backup.covered()[topic, 0])
    whole(report, backup, kafka.digests([topic]), "aborted tail")
    nothing_to_read(report, backup, "aborted tail")
    first_of_all(args, report, kafka)
    compacted(args, report, kafka)


def opened(args, kafka, topic):
    folder = os.path.join(args.work, "tails", topic[len(args.prefix):])
    shutil.rmtree(folder, ignore_errors=True)
    return Backup(args.product, folder, "tails", args.bootstrap, [topic])


def ended(report, backup, what):
    run = backup.run()
    report.check(run.code == 0, "%s: the run ends with 0 (%.1f s)" % (what, run.seconds), run.err)
    report.check(sentences(run.err), "%s: no stack trace" % what, run.err)
    return run


def first_of_all(args, report, kafka):
    """A topic that never held anything else."""
    topic = args.prefix + "only-aborted"
    create(kafka, topic)
    Holder(kafka, topic, records=50).end("abort")
    backup = opened(args, kafka, topic)
    run = ended(report, backup, "nothing but aborted records")
    report.check(run.backed_up() == 0 and backup.covered()[topic, 0] == 51, "nothing but aborted records: none is backed up, 51 offsets are covered", run.err)
    nothing_to_read(report, backup, "nothing but aborted records")


def create(kafka, topic, *settings):
    kafka.made.append(topic)
    tool(kafka, "kafka-topics.sh", "--create", "--topic", topic, "--partitions", 1, *[word for setting in settings for word in ("--config", setting)])


def write(kafka, topic, lines):
    """Records KEY:VALUE, tombstones KEY:NULL."""
    command = [os.path.join(kafka.home, "bin", "kafka-console-producer.sh"), "--bootstrap-server", kafka.bootstrap, "--topic", topic]
    for setting in ("parse.key=true", "key.separator=:", "null.marker=NULL"):
        command += ["--reader-property", setting]
    done = subprocess.run(command, input="".join(line + "\n" for line in lines), text=True, capture_output=True)
    if done.returncode:
        raise SystemExit("kafka-console-producer ended with %d: %s" % (done.returncode, done.stderr[-1000:]))


def compacted(args, report, kafka):
    """Records are overwritten and deleted after the first run, and the cleaner takes them; at the end stand aborted records."""
    topic = args.prefix + "compacted"
    create(kafka, topic, "cleanup.policy=compact", "segment.ms=1000", "min.cleanable.dirty.ratio=0.001", "delete.retention.ms=0", "min.compaction.lag.ms=0")
    backup = opened(args, kafka, topic)
    write(kafka, topic, ["key-%d:first" % number for number in range(200)])
    ended(report, backup, "before the compaction")
    reached = backup.covered()[topic, 0]
    write(kafka, topic, ["key-%d:second" % number for number in range(200)])
    write(kafka, topic, ["key-%d:NULL" % number for number in range(200)])
    left, until = None, time.monotonic() + 90
    while left != 0 and time.monotonic() < until:
        time.sleep(2)
        Holder(kafka, topic, records=1).end("abort")  # Ends the segment before it, so that the cleaner may have that.
        row = kafka.digest(topic).get((topic, 0), {"count": 0})
        left = row["count"]
    top = ends(kafka, [topic])[topic, 0]
    report.check(left == 0, "compacted tail: the cleaner has taken all records, the log ends at %d" % top, left)
    run = ended(report, backup, "compacted tail")
    report.check(run.backed_up() == 0, "compacted tail: no record is backed up", run.err)
    report.check(backup.covered()[topic, 0] == top > reached, "compacted tail: covered up to the end of the log, %d" % top, backup.covered())
    covered(report, backup, "compacted tail")
    nothing_to_read(report, backup, "compacted tail")
