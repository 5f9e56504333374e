#!/usr/bin/env python3
"""Topics are restored with another number of partitions: each key comes where Kafka's own producer puts it, and keeps its order.

  repartition.py 12-to-5    a topic of 12 partitions becomes one of 5
  repartition.py 5-to-12    and the other way round
  repartition.py all        both

Kafka's console producer writes the same 1,000,000 lines into the source and, to be compared with, into a topic with as many partitions as the restored one has.
Environment and options as restore.py has them. Exits with 1 on any violation.
"""
import base64
import os
import random
import subprocess
import sys

import restore
import restoring

KEYS, WITHOUT = 50_000, 20  # Every so manieth record has no key.


def becomes(sources, targets):
    return lambda args, report, kafka: repartition(args, report, kafka, sources, targets)


def repartition(args, report, kafka, sources, targets, meanwhile=lambda: None, lines=()):
    topic, like = args.prefix + "orders", args.prefix + "like"
    records = list(written(args.seed, int(1_000_000 * args.scale)))
    for name, count in ((topic, sources), (like, targets)):
        produce(kafka, name, count, records)
        kafka.made.append(name)
    backup = restoring.backed_up(args, report, kafka, [topic])
    target = topic + "-restored"
    kafka.made.append(target)
    process = restoring.start(backup, {topic: target}, "max_concurrent_partitions: 1", "repartitioning: {%s: {target_partitions: %d}}" % (target, targets), *lines)
    meanwhile()
    run = backup.end(process)
    report.check(run.code == 0, "%d partitions become %d: exit code %s after %.1f s" % (sources, targets, run.code, run.seconds), run.err)
    wrong, found, disorder, last = [], [], [], {}
    homes = {row["key"]: partition for partition in range(targets) for row in restoring.rows(kafka, like, partition) if row["key"] is not None}
    for partition in range(targets):
        for row in restoring.rows(kafka, target, partition):
            number = int(base64.b64decode(row["value"]))
            found.append(number)
            if row["key"] is None:
                continue
            if homes[row["key"]] != partition:
                wrong.append((partition, row))
            if last.get(row["key"], -1) >= number:
                disorder.append((partition, row))
            last[row["key"]] = number
    report.check(sorted(found) == list(range(len(records))), "%s records, each once" % format(len(found), ","), len(records))
    report.check(not wrong, "%s keys are where a Java producer puts them" % format(len(homes), ","), wrong[:3])
    report.check(not disorder, "each key has its records in their order", disorder[:3])
    report.check(len({homes[key] for key in homes}) == targets, "keys are in all %d partitions" % targets)
    return run


def written(seed, count):
    chooser = random.Random(seed)
    for number in range(count):
        yield "%s:%d" % ("-" if number % WITHOUT == 0 else "key-%d" % chooser.randrange(KEYS), number)


def produce(kafka, topic, count, lines):
    tool = lambda name: [os.path.join(kafka.home, "bin", name), "--bootstrap-server", kafka.bootstrap, "--topic", topic]
    subprocess.run([*tool("kafka-topics.sh"), "--create", "--partitions", str(count)], check=True, capture_output=True)
    properties = ["--reader-property", "parse.key=true", "--reader-property", "key.separator=:", "--reader-property", "null.marker=-"]
    subprocess.run([*tool("kafka-console-producer.sh"), *properties], input="\n".join(lines) + "\n", text=True, check=True, capture_output=True)


restore.SCENARIOS = {"12-to-5": becomes(12, 5), "5-to-12": becomes(5, 12)}
restore.__doc__ = __doc__

if __name__ == "__main__":
    sys.exit(restore.main())
