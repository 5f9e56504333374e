"""Brokers know again what a producer repeats, but forget producers by the times of their records: those of a restore are old, so that a broker that starts has forgotten it."""
import random
import time

import produce
from restore_retention import KEEPS_ALL, SECOND, YEAR, create
from restoring import backed_up, same, start

PARTITIONS = 8


def forgotten(args, report, kafka, node):
    """Records of last year are restored while their only broker is killed, and started again, again and again: none comes twice, whether its acknowledgement was lost or not."""
    chooser, topic, each = random.Random(args.seed), args.prefix + "forgotten", max(100, int(40_000 * args.scale))
    first = int(time.time() * SECOND) - YEAR
    create(kafka, topic, KEEPS_ALL, PARTITIONS)
    for partition in range(PARTITIONS):
        produce.write(kafka.bootstrap, topic, partition, [(first + number, b"%d" % number, chooser.randbytes(60)) for number in range(each)], at_once=1_000)
    names = {topic: topic + "-restored"}
    backup = backed_up(args, report, kafka, names)
    kafka.made += names.values()
    process, killed = start(backup, names, "rate_limit_records_per_sec: %d" % max(1, PARTITIONS * each // 20)), 0
    while process.poll() is None:
        time.sleep(chooser.uniform(1, 4))
        if process.poll() is None:
            node("kill", 1)
            node("start", 1)
            killed += 1
    run = backup.end(process)
    report.check(run.code == 0 and killed > 2, "%s records are restored in %.1f s, while their broker is killed %d times, with %s" % (format(PARTITIONS * each, ","), run.seconds, killed, run.code), run.err)
    same(report, kafka, names, "forgotten")
