"""What a broker does not take, or would delete a little later, is told, and nothing else is harmed by it."""
import random
import time

import produce
from restore_retention import SECOND, alter, create, digest, passes, settings
from restoring import backed_up, restored, rows

PARTITIONS = 8


def refusals(args, report, kafka):
    """One record in the middle of each partition is too large for its topic: nothing behind it is written, and once the limit is raised the restore goes on."""
    chooser, topic, now = random.Random(args.seed), args.prefix + "large", int(time.time() * SECOND)
    create(kafka, topic, {}, PARTITIONS)
    for partition in range(PARTITIONS):
        large = chooser.randrange(500, 2_500)
        produce.write(kafka.bootstrap, topic, partition, [(now + number, b"%d" % number, chooser.randbytes(9_000 if number == large else 300)) for number in range(3_000)])
    backup = backed_up(args, report, kafka, [topic])
    target = topic + "-restored"
    kafka.made.append(target)
    create(kafka, target, {"max.message.bytes": 4_000}, PARTITIONS, restored=True)
    run = restored(backup, {topic: target})
    report.check(run.code == 4 and run.err.count("bytes: raise max.message.bytes") == PARTITIONS, "records that are too large are named (exit code %s)" % run.code, run.err)
    wrong = [partition for partition in range(PARTITIONS) if any(before != after for before, after in zip(keys(kafka, topic, partition), keys(kafka, target, partition)))]
    report.check(not wrong, "nothing is written behind a record that is missing, in %d partitions" % PARTITIONS, "written in partitions %s" % wrong)
    alter(kafka, target, {"max.message.bytes": 1_000_000}, {})
    run = restored(backup, {topic: target})
    report.check(run.code == 0 and digest(kafka, topic) == digest(kafka, target), "with a higher limit it goes on, and all is there", run.err)


def ages(args, report, kafka):
    """Records that get older than retention.ms after a restore began that holds: while it lasts, and in a topic that was compacted, and deletes only because it is held."""
    minute, count = 60 * SECOND, 2_000
    for kind, policy, keeps, lines in (("slow", "delete", minute, ["rate_limit_records_per_sec: %d" % (count // 80)]), ("compacted", "compact", 2 * minute, [])):
        topic, target, now = args.prefix + kind, args.prefix + kind + "-held", int(time.time() * SECOND)
        create(kafka, topic, {"retention.ms": -1}, 1)
        produce.write(kafka.bootstrap, topic, 0, [(now - minute // 2 + number * 10, b"%d" % number, b"young") for number in range(count)])
        backup = backed_up(args, report, kafka, [topic])
        kafka.made.append(target)
        create(kafka, target, {"cleanup.policy": policy, "retention.ms": keeps, "segment.ms": SECOND}, 1, restored=True)
        run = restored(backup, {topic: target}, "retention_policy: hold", *lines)
        report.check(run.code == 0, "%s: the restore ends with %s (%.1f s)" % (kind, run.code, run.seconds), run.err)
        if kind == "compacted":
            time.sleep(max(0, now / SECOND + keeps / SECOND - time.time()))
            passes(kafka)
        report.check(digest(kafka, topic) == digest(kafka, target), "%s: what is restored is there, although it is older than retention.ms by now" % kind, settings(kafka)[target])


def keys(kafka, topic, partition):
    return [row["key"] for row in rows(kafka, topic, partition)]
