#!/usr/bin/env python3
"""Backups are restored, and an independent consumer finds the same records in the same order, byte for byte.

  restore.py mixed      records of every shape, all codecs, aborted transactions
  restore.py leaders    a broker of three is killed and started again, or falls silent for a while, again and again while records are restored
  restore.py forgotten  the only broker is killed, and started again, while old records are restored, whose producer it forgets
  restore.py kills      kill -9 at --kills random moments; started again each time, it goes on
  restore.py windows    --windows random windows of time over data with times in disorder: exactly what a full scan selects
  restore.py groups     50 groups at random places, between records that are compacted or aborted: each reads next what it would have read next, also of a window
  restore.py retention  records of last year and of the next hour into topics with 7 days of retention: all are there after the broker's retention ran
  restore.py ages       records that get older than retention.ms after the restore has begun stay where it holds
  restore.py refusals   records that are too large for their topic: nothing is written behind them, and with a higher limit it goes on
  restore.py sizes      20 records of 5 MB into topics that take them, and into one that takes 1 MB; records of 10 KB with default settings
  restore.py resets     connections to the target are reset, and acknowledgements lost, again and again
  restore.py quota      the target throttles its producers
  restore.py rates      limits of bytes and of records a second hold for the whole restore
  restore.py all        all of them

KAFKA_BOOTSTRAP_SERVERS names the broker, KAFKA_HOME the folder with `tools/kt` and `bin/`; `leaders` wants three brokers, whose folder KAFKA_DIR names
(as `forgotten` wants that of one), and `node kill|start|pause|resume N DIR` in KAFKA_HOME. `resets` wants a toxiproxy, whose API is at TOXIPROXY_URL, with a proxy at KAFKA_PROXIED_SERVERS before a listener
of the broker that advertises that address. Exits with 1 on any violation.
"""
import argparse
import base64
import functools
import os
import random
import signal
import subprocess
import sys
import time

import common
import stores
from restore_forgotten import forgotten
from restore_groups import groups
from restore_network import quota, resets
from restore_refusals import ages, refusals
from restore_retention import retention
from restore_sizes import sizes
from restoring import backed_up, dump, fill, restored, rows, same, start


def mixed(args, report, kafka):
    """3 topics x 4 partitions, 1,200,000 records."""
    names, committed = fill(args, kafka, 1_200_000, 4)
    backup = backed_up(args, report, kafka, names)
    kafka.made += names.values()
    run = restored(backup, names)
    report.check("Restored %s records" % format(committed, ",") in run.err, "%s records are restored in %.1f s" % (format(committed, ","), run.seconds), run.err)
    report.check(run.code == 0, "exit code %s" % run.code, run.err)
    same(report, kafka, names, "mixed")


def leaders(args, report, kafka):
    """Each of three brokers is killed in turn, and started again, or stopped and let go on, until the restore is over."""
    chooser = random.Random(args.seed)
    names, committed = fill(args, kafka, 3_000_000, 6)
    backup = backed_up(args, report, kafka, names)
    kafka.made += names.values()
    process, killed = start(backup, names, "default_replication_factor: 3", "rate_limit_records_per_sec: %d" % max(1, committed / args.seconds / 2)), 0
    while process.poll() is None:
        time.sleep(chooser.uniform(1, 4))
        if process.poll() is None:
            number, killed = 1 + killed % 3, killed + 1
            ends, begins, pause = ("kill", "start", chooser.uniform(0, 3)) if killed % 2 else ("pause", "resume", chooser.uniform(10, 20))
            node(ends, number)
            time.sleep(pause)
            node(begins, number)
            time.sleep(8)  # Two that are away at a time would leave partitions without replicas in sync.
    run = backup.end(process)
    report.check(run.code == 0 and killed > 0, "%s records are restored in %.1f s, while brokers are killed or fall silent %d times" % (format(committed, ","), run.seconds, killed), run.err)
    same(report, kafka, names, "leaders")


def kills(args, report, kafka):
    """A restore is killed and started again, until it is killed no more: nothing comes twice, nothing is missing, whether records carry their old offsets or not."""
    chooser = random.Random(args.seed)
    names, committed = fill(args, kafka, 600_000, 4)
    backup = backed_up(args, report, kafka, names)
    moments, each = [], 20
    for round_ in range((args.kills + each - 1) // each):
        lines = ["include_original_offset_header: %s" % str(bool(round_ % 2)).lower(), "rate_limit_records_per_sec: %d" % (committed / args.seconds)]
        into = {source: "%s-%d" % (target, round_) for source, target in names.items()}
        kafka.made += into.values()
        count, codes = 0, []
        while count < min(each, args.kills - sum(moments)):
            process = start(backup, into, *lines)
            moment = chooser.uniform(.3, args.window)
            try:
                process.wait(moment)
                codes.append(backup.end(process).code)
                if codes[-1] == 0:
                    break  # It was faster than the kills.
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                count += 1
        moments.append(count)
        run = restored(backup, into, *lines) if not codes or codes[-1] != 0 else None
        report.check(run is None or run.code == 0, "round %d: after %d kills it comes to its end" % (round_, count), run and run.err)
        report.check(all(code == 0 for code in codes), "round %d: no attempt ended by itself but the last" % round_, codes)
        if run:
            report.note(next((line for line in run.err.splitlines() if "Going on" in line), "begun anew"))
        same(report, kafka, into, "round %d" % round_)
    report.check(sum(moments) >= args.kills * 9 // 10, "%d kills" % sum(moments))


def windows(args, report, kafka):
    """Records within random windows, ends included, come back, and no others."""
    chooser, topic = random.Random(args.seed), args.prefix + "windows"
    kafka.load(topic, int(6_000 * args.scale), 2, args.seed, create=True)
    source = [list(dump(kafka, topic, partition)) for partition in range(2)]
    times = sorted({row["timestamp"] for rows in source for row in rows if row["timestamp"] > 0})
    backup = backed_up(args, report, kafka, [topic])
    wrong, selected = [], []
    for number in range(args.windows):
        first, last = sorted(chooser.choices(times, k=2))
        first, last = first + chooser.choice((-1, 0, 1)), last + chooser.choice((-1, 0, 1))
        if first > last:
            first, last = last, first
        target = "%s-%d" % (topic, number)
        kafka.made.append(target)
        run = restored(backup, {topic: target}, "time_window_start: %d" % first, "time_window_end: %d" % last)
        expected = [[row for row in rows if first <= row["timestamp"] <= last] for rows in source]
        found = [list(dump(kafka, target, partition)) for partition in range(2)]
        selected.append(sum(map(len, expected)))
        if run.code != 0 or found != expected:
            wrong.append((first, last, run.code, [len(rows) for rows in found], [len(rows) for rows in expected], run.err[-500:]))
    report.check(not wrong, "%d windows, of %d to %d records: exactly what a full scan selects" % (args.windows, min(selected), max(selected)), wrong[:3])


def stopped(backup, process):
    process.send_signal(signal.SIGTERM)
    return backup.end(process)


def rates(args, report, kafka, ending=stopped):
    """5 MB a second, and 1,000 records a second, over 16 partitions, measured over 30 s at the target."""
    topic = args.prefix + "rates"
    kafka.load(topic, 300_000, 16, args.seed, create=True, shape="json1k", codec="none")
    backup = backed_up(args, report, kafka, [topic])
    for number, (line, limit, weigh) in enumerate((("rate_limit_bytes_per_sec: 5000000", 5_000_000, size), ("rate_limit_records_per_sec: 1000", 1_000, lambda rows: len(rows)))):
        target = "%s-%d" % (topic, number)
        kafka.made.append(target)
        process = start(backup, {topic: target}, "max_concurrent_partitions: 16", line)
        time.sleep(10)
        (since, before), _ = ends(kafka, target), time.sleep(30)
        until, after = ends(kafka, target)
        run = ending(backup, process)
        weight = sum(weigh([row for row in rows(kafka, target, partition) if before[partition] <= row["offset"] < after[partition]]) for partition in before)
        rate = weight / (until - since)
        report.check(run.code == 130 and abs(rate / limit - 1) <= .1, "%s: %.0f a second" % (line, rate), run.err)


def ends(kafka, topic):
    """The middle of the time that it took to ask, and the end offset of each partition."""
    began = time.monotonic()
    lines = subprocess.run([os.path.join(kafka.home, "bin", "kafka-get-offsets.sh"), "--bootstrap-server", kafka.bootstrap, "--topic", topic],
                           check=True, capture_output=True, text=True).stdout.split()
    return (began + time.monotonic()) / 2, {int(line.split(":")[1]): int(line.split(":")[2]) for line in lines}


def size(rows):
    """Bytes of keys, values and headers, as the limit counts them."""
    part = lambda text: len(base64.b64decode(text)) if text else 0
    return sum(part(row["key"]) + part(row["value"]) + sum(len(name.encode()) + part(value) for name, value in row["headers"]) for row in rows)


def node(order, number):
    subprocess.run([os.path.join(os.environ["KAFKA_HOME"], "node"), order, str(number), os.environ["KAFKA_DIR"]], check=True, capture_output=True)


SCENARIOS = {"mixed": mixed, "leaders": leaders, "forgotten": functools.partial(forgotten, node=node), "kills": kills, "windows": windows, "groups": groups, "retention": retention, "ages": ages, "refusals": refusals,
             "sizes": sizes, "resets": resets, "quota": quota, "rates": rates}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="+", choices=[*SCENARIOS, "all"])
    parser.add_argument("--product", required=True, help="the command that runs the program, as one argument: 'dotnet .../kafka-backup.dll'")
    parser.add_argument("--work", required=True, metavar="DIR", help="a folder for stores, configurations and logs")
    parser.add_argument("--scale", type=float, default=1.0, help="1.0: the numbers of records as written")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--windows", type=int, default=50)
    parser.add_argument("--window", type=float, default=6, help="`kills`: an attempt is killed within so many seconds")
    parser.add_argument("--seconds", type=float, default=60, help="how long a restore takes of `kills`; of `leaders` twice as long")
    stores.add_options(parser)
    args = parser.parse_args()
    args.stores, args.work = stores.chosen(parser, args), os.path.abspath(args.work)
    report, kafka = common.Report(), common.Kafka(os.environ["KAFKA_HOME"], os.environ["KAFKA_BOOTSTRAP_SERVERS"])
    for name in list(SCENARIOS) if "all" in args.scenario else args.scenario:
        args.scenario, args.prefix = name, "restore-%x-" % (int(time.time() * 1000) & 0xFFFFFFF)
        print("== %s, %s, scale %g, seed %d" % (name, args.stores.name, args.scale, args.seed), flush=True)
        try:
            SCENARIOS[name](args, report, kafka)
        finally:
            kafka.delete()
    print("%d checks, %d violations" % (report.made, report.failed))
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
