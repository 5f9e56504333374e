"""Groups stand after a restore where they stood: each reads next the record that it would have read next, or the first one behind it that is restored."""
import bisect
import concurrent.futures
import random
import time

import produce
from restore_retention import create, digest, until
from restoring import backed_up, restored, rows

GROUPS, PARTITIONS, MINUTE = 50, 4, 60_000


def groups(args, report, kafka):
    """Groups at random places, some without any, in a topic with holes where transactions end and were aborted, and in a compacted one; all of it, and a window of time."""
    aborted, compacted = args.prefix + "aborted", args.prefix + "compacted"
    kafka.load(aborted, int(20_000 * args.scale), PARTITIONS, args.seed, create=True, transactions="some-aborted")
    compact(args, report, kafka, compacted)
    before = digest(kafka, compacted)
    places = {topic: committed(args, kafka, topic, args.seed + number) for number, topic in enumerate((aborted, compacted))}
    backup = backed_up(args, report, kafka, places, consumer_group_snapshot="true")
    for topic in places:
        source = [[(row["offset"], row["timestamp"], row["key"]) for row in rows(kafka, topic, partition)] for partition in range(PARTITIONS)]
        next_ = nexts(kafka, topic, places[topic])
        wrong = [(group, partition, row) for (group, partition), row in next_.items()
                 if row["committed"] != places[topic][group].get(partition) or row["next"] != shown(first(source[partition], row["committed"]))]
        report.check(not wrong, "%s: what %d groups read next at the source is what a scan says" % (topic, len(places[topic])), wrong[:3])
        moments = sorted(time for records in source for _, time, _ in records if time > 0)
        for what, since, last in (("all", None, None), ("a window", moments[len(moments) // 4], moments[len(moments) * 3 // 4])):
            check(report, kafka, backup, topic, places[topic], source, what, since, last)
    report.check(digest(kafka, compacted) == before, "nothing was compacted in between")


def check(report, kafka, backup, topic, places, source, what, since, last):
    """Restores all, or a window of time, and asks each group what it reads next."""
    target = "%s-%s" % (topic, what.replace(" ", "-"))
    kafka.made.append(target)
    run = restored(backup, {topic: target}, "auto_consumer_groups: true", *([] if since is None else ["time_window_start: %d" % since, "time_window_end: %d" % last]))
    report.check(run.code == 0, "%s of %s is restored with %s (%.1f s)" % (what, topic, run.code, run.seconds), run.err)
    wanted = [[record for record in records if since is None or since <= record[1] <= last] for records in source]
    wrong, ends, moved = [], 0, 0
    for (group, partition), row in nexts(kafka, target, places).items():
        offset, records = places[group].get(partition), wanted[partition]
        if offset is None:
            wrong.append((group, partition, "it stood nowhere", row))
            continue
        place = bisect.bisect_left(records, (offset,))
        record = first(records, offset)
        expected = record and dict(shown(record), offset=place)
        ends += record is None
        moved += record is not None and record[0] != offset
        if row["committed"] != place or row["next"] != expected or place > len(records):
            wrong.append((group, partition, offset, row, expected))
    count = sum(map(len, places.values()))
    report.check(count and not wrong, "%s of %s: %d groups read next in %d partitions what they should; in %d the record behind a hole, in %d what comes behind the %s records" % (
        what, topic, len(places), count, moved, ends, format(sum(map(len, wanted)), ",")), wrong[:3])


def compact(args, report, kafka, topic):
    """A topic of which compaction has taken about half, by places: every other record has one of a few keys, and some of those are deletions."""
    create(kafka, topic, {"cleanup.policy": "compact", "min.cleanable.dirty.ratio": .01, "delete.retention.ms": 0, "segment.ms": 100 * MINUTE}, PARTITIONS)
    chooser, count, now = random.Random(args.seed), max(500, int(5_000 * args.scale)), int(time.time() * 1_000)
    for partition in range(PARTITIONS):
        produce.write(kafka.bootstrap, topic, partition, [(now - (count - number) * MINUTE, b"%d" % (number if chooser.randrange(2) else -chooser.randrange(1, 100)),
                                                           None if chooser.randrange(20) == 0 else chooser.randbytes(chooser.randrange(200))) for number in range(count)])
    seen = []

    def settled():
        seen.append(sum(count for count, _ in digest(kafka, topic).values()))
        return len(seen) > 4 and len(set(seen[-4:])) == 1 and seen[-1] < PARTITIONS * count * 2 / 3

    until(settled, "compaction comes to its end", 180)
    report.note("%s: %d of %d records are left by compaction" % (topic, seen[-1], PARTITIONS * count))


def committed(args, kafka, topic, seed):
    """{group: {partition: offset}}"""
    lines = kafka.kt("groups", "--topic", topic, "--groups", GROUPS, "--seed", seed, "--prefix", args.prefix + "group")
    return {line["group"]: {int(partition): offset for partition, offset in line["offsets"].items()} for line in lines}


def nexts(kafka, topic, places):
    """{(group, partition): what it reads next} where it stands somewhere, or should."""
    nothing = {"committed": None, "next": None}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        asked = list(pool.map(lambda group: (group, kafka.kt("next", "--group", group, "--topic", topic, "--isolation", "read_committed")), places))
    found = {(group, row["partition"]): row for group, lines in asked for row in lines if row["committed"] is not None}
    return {(group, partition): nothing for group in places for partition in places[group]} | found


def first(records, offset):
    """The first record at `offset` or behind it."""
    at = bisect.bisect_left(records, (offset,))
    return records[at] if at < len(records) else None


def shown(record):
    """As `kt next` shows it."""
    return record and {"offset": record[0], "timestamp": record[1], "key": record[2]}
