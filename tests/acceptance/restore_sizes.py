"""Large records come back where their topic takes them; where it does not, the first of each partition is named, and with a higher limit the restore goes on."""
import random
import re
import time

import produce
from restore_retention import SECOND, alter, create, digest, differences, offsets
from restoring import backed_up, restored

PARTITIONS, EACH, LARGE, LIMIT = 4, 5, 5_000_000, 6_000_000
REFUSED = re.compile(r"(\S+):(\d+) does not take the record of offset (\d+) at the source, of ([\d,]+) bytes: raise max\.message\.bytes of topic '(\S+)', or message\.max\.bytes")


def sizes(args, report, kafka):
    """20 records of 5 MB between small ones, of which those of the last partition shrink to little; and records of 10 KB with the settings that a topic has by default."""
    topic, small = args.prefix + "large", args.prefix + "small"
    create(kafka, topic, {"max.message.bytes": LIMIT}, PARTITIONS)
    places = [filled(args, kafka, topic, partition) for partition in range(PARTITIONS)]
    kafka.load(small, int(10_000 * args.scale), PARTITIONS, args.seed, create=True, shape="fixed:10240", codec="none")
    backup = backed_up(args, report, kafka, [topic, small])
    content = {name: digest(kafka, name) for name in (topic, small)}

    made = {name: name + "-made" for name in content}
    kafka.made += made.values()
    run = restored(backup, made)
    report.check(run.code == 0, "topics that the restore makes take all (exit code %s, %.1f s)" % (run.code, run.seconds), run.err)
    compare(report, kafka, "made", made, content)

    target = topic + "-there"
    kafka.made.append(target)
    create(kafka, target, {"max.message.bytes": 1_048_588}, PARTITIONS, restored=True)
    run = restored(backup, {topic: target})
    told = {int(partition): (name, int(offset), int(size.replace(",", ""))) for name, partition, offset, size, at in REFUSED.findall(run.err) if at == name}
    expected = {partition: (target, places[partition][0], LARGE + len(b"large")) for partition in range(PARTITIONS - 1)}
    report.check(run.code == 4 and told == expected, "exit code %s: of %d partitions the first record that is too large is named, with its size and what to raise" % (run.code, len(told)), run.err)
    for line in REFUSED.finditer(run.err):
        report.note(line[0] + " ...")
    there = offsets(kafka, target)
    report.check(there == {**{partition: places[partition][0] for partition in expected}, PARTITIONS - 1: content[topic][PARTITIONS - 1][0]},
                 "all before them is there, and all of the partition whose records shrink", there)
    again = restored(backup, {topic: target})
    report.check(again.code == 4 and offsets(kafka, target) == there, "started again, with the limit as it is: the same (exit code %s)" % again.code, again.err)
    alter(kafka, target, {"max.message.bytes": LIMIT}, {})
    run = restored(backup, {topic: target})
    report.check(run.code == 0 and "Going on" in run.err, "with a higher limit it goes on, and ends with %s" % run.code, run.err)
    compare(report, kafka, "gone on with", {topic: target}, content)


def filled(args, kafka, topic, partition):
    """Writes small records, and large ones between them; gives the offsets of those."""
    chooser, now = random.Random("%d %d" % (args.seed, partition)), int(time.time() * SECOND)
    count = max(4 * EACH, int(2_000 * args.scale))
    places = sorted(chooser.sample(range(count // 10, count), EACH))
    content = (lambda size: b"x" * size) if partition == PARTITIONS - 1 else chooser.randbytes
    records, since = [(now + at, b"large" if at in places else b"%d" % at, content(LARGE if at in places else 300)) for at in range(count)], 0
    for place in [*places, None]:
        if records[since:place]:
            produce.write(kafka.bootstrap, topic, partition, records[since:place])
        if place is not None:
            produce.write(kafka.bootstrap, topic, partition, [records[place]])
            since = place + 1
    return places


def compare(report, kafka, what, names, content):
    found, wanted = {name: digest(kafka, target) for name, target in names.items()}, {name: content[name] for name in names}
    count = sum(number for rows in wanted.values() for number, _ in rows.values())
    report.check(found == wanted, "%s: %s records, each once, byte for byte" % (what, format(count, ",")), differences(found, wanted))
