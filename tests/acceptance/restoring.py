"""What the scenarios of restores share: a backup of topics, a restore of it as a process, and what is the same in both."""
import itertools
import json
import os
import subprocess

import common

GIVEN = []  # Options that every restore is started with, as for a cluster.

ADDED = ("x-original-offset", "x-original-timestamp", "x-source-partition")


def backed_up(args, report, kafka, names, **settings):
    folder = os.path.join(args.work, args.scenario)
    args.stores.empty(folder)
    backup = common.Backup(args.product, folder, "restored", kafka.bootstrap, list(names), stores=args.stores, segment_max_bytes=max(200_000, int(8_000_000 * args.scale)), **settings)
    run = backup.run()
    report.check(run.code == 0, "the backup ends with 0 (%.1f s)" % run.seconds, run.err)
    return backup


def fill(args, kafka, records, partitions):
    """Topics of records, by the names of those that they are restored to; and how many records are committed."""
    sources = [args.prefix + name for name in ("orders", "payments", "users")]
    each = max(1, int(records * args.scale) // 3)
    committed = sum(kafka.load(topic, each, partitions, args.seed + number, create=True, transactions="some-aborted" if number == 1 else "none")
                    for number, topic in enumerate(sources))
    return {topic: topic + "-restored" for topic in sources}, committed


def start(backup, names, *lines, bootstrap=None):
    file = os.path.join(backup.local, "restore.yaml")
    text = ["mode: restore", "backup_id: " + backup.id, "target:", "  bootstrap_servers: [%s]" % (bootstrap or os.environ["KAFKA_BOOTSTRAP_SERVERS"]),
            "  topics:", "    include: [%s]" % ", ".join(names), "storage:", *("  " + line for line in backup.stores.section(backup.folder)), "restore:", "  create_topics: true", *("  " + line for line in lines),
            "  topic_mapping:", *("    %s: %s" % pair for pair in names.items())]
    with open(file, "w", encoding="utf-8") as out:
        out.write("\n".join(text) + "\n")
    return backup.start("restore", "-c", file, *GIVEN)


def restored(backup, names, *lines):
    return backup.end(start(backup, names, *lines))


def same(report, kafka, names, what):
    """What a reader of committed records finds is the same in both, offsets aside."""
    for source, target in names.items():
        counted, others = 0, []
        for partition in range(partitions(kafka, source)):
            for before, after in itertools.zip_longest(dump(kafka, source, partition), dump(kafka, target, partition)):
                counted += 1
                if before != after:
                    others.append((partition, before, after))
        report.check(counted and not others, "%s: %s records of %s are the same, byte for byte" % (what, format(counted, ","), source), others[:2])


def partitions(kafka, topic):
    return 1 + max(row["partition"] for row in kafka.kt("digest", "--topic", topic, "--threads", "4") if "partition" in row)


def dump(kafka, topic, partition):
    """The records of a partition without what a copy may change, one after the other."""
    for row in rows(kafka, topic, partition):
        row["headers"] = [header for header in row["headers"] if header[0] not in ADDED]
        yield {key: value for key, value in row.items() if key not in ("topic", "offset")}


def rows(kafka, topic, partition):
    """The committed records of a partition, one after the other."""
    command = [os.path.join(kafka.home, "tools", "kt"), "dump", "--topic", topic, "--partition", str(partition), "--isolation", "read_committed"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            row = json.loads(line)
            if "offset" in row:
                yield row
