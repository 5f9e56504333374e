#!/usr/bin/env python3
"""Three brokers, of which the one with a partition's only replica is down: all else is backed up, in time, and every run ends when it is told to.

  lost_replica.py oneshot  ends with 3 in about 30 s, names the partition, and has all else; `status` answers
  lost_replica.py signals  SIGTERM at different moments of one-shot and continuous runs: each ends by itself, within 10 s
  lost_replica.py latency  how late the commit of a record is in a continuous run; the run after the broker is back has everything
  lost_replica.py all      all of them

KAFKA_BOOTSTRAP_SERVERS names the three brokers, KAFKA_DIR their folder, KAFKA_HOME the folder with `node`, `tools/kt` and `bin/`.
Exits with 1 on any violation.
"""
import argparse
import os
import shutil
import signal
import statistics
import sys
import time

from common import Backup, Kafka, Report, sentences, whole
from live import LedgerWatch, Steady, begun, ends, rows, tool
from three_brokers import Cluster

LOST = 3
INCOMPLETE = 3
# Partitions without a leader are waited for 30 s. Start, reading and commits come on top, and take what the machine lets them.
WAITED_SECONDS = 30
SLACK_SECONDS = 10
ENDS_WITHIN = 10
LATE_SECONDS = 5
ENDLESS = {"continuous": "true", "poll_interval_ms": 1000, "segment_max_interval_ms": 2000}
ONESHOT_MOMENTS = (0.5, 1, 2, 5, 10, 15, 20, 25, 28, 29.8)
CONTINUOUS_MOMENTS = (0.5, 1, 3, 8, 15, 25, 29.5, 31, 34, 40)


class LostReplica:
    """The topics `dead`, on one broker alone, and `live`, on the two others; the one broker is killed."""

    def __init__(self, args, kafka, cluster):
        self.args, self.kafka, self.cluster, self.seed = args, kafka, cluster, args.seed
        self.dead, self.live = args.prefix + "dead", args.prefix + "live"
        self.create(self.dead, str(LOST))
        self.create(self.live, "1:2,2:1")
        self.kafka.load(self.dead, 1_000, 1, self.seed)
        self.more()
        self.was = kafka.digest(self.dead)
        cluster.node("kill", LOST)
        while "Leader: none" not in tool(kafka, "kafka-topics.sh", "--describe", "--topic", self.dead):
            time.sleep(0.5)

    def create(self, topic, replicas):
        tool(self.kafka, "kafka-topics.sh", "--create", "--topic", topic, "--replica-assignment", replicas,
             "--config", "retention.ms=-1", "--config", "message.timestamp.after.max.ms=9223372036854775807")
        self.kafka.made.append(topic)

    def more(self):
        """More records in the topic that is well."""
        self.seed += 1
        self.kafka.load(self.live, 5_000, 2, self.seed)

    def backup(self, name, topics=None, **settings):
        folder = os.path.join(self.args.work, "lost-replica", name)
        shutil.rmtree(folder, ignore_errors=True)
        return Backup(self.args.product, folder, "lost", self.args.bootstrap, topics or [self.dead, self.live], **settings)


def oneshot(args, report, scene):
    """A run, another one, and what `status` tells between them."""
    alone = scene.backup("alone", [scene.live]).run()
    report.check(alone.code == 0, "the other topic alone: ends with %s, after %.1f s" % (alone.code, alone.seconds), alone.err)
    backup = scene.backup("oneshot")
    for what in ("one-shot", "one-shot, once more"):
        scene.more()
        run = backup.run(timeout=180)
        soon = run.seconds < alone.seconds + WAITED_SECONDS + SLACK_SECONDS
        report.check(run.code == INCOMPLETE and soon, "%s: ends with %s, after %.1f s" % (what, run.code, run.seconds), run.err)
        report.check("%s:0: " % scene.dead in run.err and "no leader" in run.err, "%s: names the partition and why" % what, run.err)
        report.check(sentences(run.err), "%s: no stack trace" % what, run.err)
        whole(report, backup, scene.kafka.digest(scene.live), what)
        asked = backup.run("status", "-c", backup.config, timeout=120)
        soon = asked.seconds < alone.seconds + WAITED_SECONDS + SLACK_SECONDS
        report.check(asked.code == 0 and soon, "%s: status answers, after %.1f s" % (what, asked.seconds), asked.out + asked.err)
        row = [line for line in asked.out.splitlines() if line.strip().startswith(scene.dead + ":0")]
        report.check(len(row) == 1 and row[0].endswith("not known"), "%s: status does not call the lost partition up to date" % what, asked.out)
    run = backup.run("validate", "--path", backup.address(), "--backup-id", backup.id, "--deep")
    report.check(run.code == 0, "validate --deep: VALID", run.out + run.err)


def answers(process):
    """Whether the program has begun: what the runtime's own start makes of a signal is none of its doing."""
    try:
        threads = os.listdir("/proc/%d/task" % process.pid)
        return any(name(process.pid, thread) == ".NET SigHandler" for thread in threads)
    except OSError:
        return False


def name(pid, thread):
    with open("/proc/%d/task/%s/comm" % (pid, thread), encoding="utf-8") as file:
        return file.read().strip()


def signals(args, report, scene):
    """Each run gets SIGTERM at another moment."""
    endless = scene.backup("signals-continuous", **ENDLESS)
    kinds = (("one-shot", scene.backup("signals-oneshot"), ONESHOT_MOMENTS), ("continuous", endless, CONTINUOUS_MOMENTS))
    for kind, backup, moments in kinds:
        codes, slowest = {}, 0.0
        for moment in moments:
            scene.more()
            process = backup.start()
            while process.poll() is None and not answers(process):
                time.sleep(0.02)
            time.sleep(moment)
            early = process.poll() is None
            asked = time.monotonic()
            process.send_signal(signal.SIGTERM)
            run = backup.end(process, 60)
            took = time.monotonic() - asked
            report.check(early, "%s, SIGTERM after %.1f s: the run was under way" % (kind, moment), run.err)
            by_itself = run.code is not None and run.code >= 0
            report.check(by_itself and took < ENDS_WITHIN, "%s, SIGTERM after %.1f s: ends by itself with %s, %.1f s later" % (
                kind, moment, run.code, took), run.out + run.err)
            report.check(not run.err.strip() or sentences(run.err), "%s, SIGTERM after %.1f s: no stack trace" % (kind, moment), run.err)
            codes[run.code], slowest = codes.get(run.code, 0) + 1, max(slowest, took)
        report.note("%s: %d signals, exit codes %s, the slowest end %.1f s" % (kind, len(moments), codes, slowest))
    for kind, backup, _ in kinds[:1]:
        run = backup.run(timeout=120)
        report.check(run.code == INCOMPLETE, "%s: the run after them ends with %s" % (kind, run.code), run.err)
        whole(report, backup, scene.kafka.digest(scene.live), "%s, after all signals" % kind)


def latency(args, report, scene):
    """One record a second for some minutes; each is to be committed soon, whatever is waited for elsewhere."""
    backup = scene.backup("latency", **ENDLESS)
    process = begun(backup)
    watch, writer = LedgerWatch(backup), None
    try:
        report.check(watch.when(ends(scene.kafka, [scene.live]), 120, process) is not None, "continuous: has what was there before")
        first = ends(scene.kafka, [scene.live])
        writer = Steady(scene.kafka, scene.live, 1, 300)
        time.sleep(args.seconds)
        writer.stop()
        wanted = ends(scene.kafka, [scene.live])
        report.check(watch.when(wanted, 120, process) is not None, "continuous: catches up", watch.seen[-1:])
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
    finally:
        if writer:
            writer.stop()
        watch.stop()
        run = backup.end(process, 60)
    took, by_itself = time.monotonic() - asked, run.code is not None and run.code >= 0
    report.check(by_itself and took < ENDS_WITHIN, "continuous: SIGTERM ends it with %s, after %.1f s" % (run.code, took), run.err)
    report.check(sentences(run.err), "continuous: no stack trace", run.err)
    late = sorted(delays(scene.kafka, scene.live, first, watch.seen))
    median = statistics.median(late) if late else None
    in_time = late and median <= LATE_SECONDS
    report.check(in_time, "continuous: half of %d records are committed within %s s of being written" % (len(late), LATE_SECONDS), late)
    if late:
        report.note("late by %.1f s at the median, %.1f s for 9 of 10, %.1f s at most" % (median, late[len(late) * 9 // 10], late[-1]))
    told = [line for line in run.err.splitlines() if "%s:0: " % scene.dead in line]
    report.check(1 <= len(told) <= 1 + args.seconds / 30, "continuous: the lost partition is named seldom: %d times" % len(told), run.err)
    whole(report, backup, scene.kafka.digest(scene.live), "continuous")
    scene.cluster.node("start", LOST)
    back = scene.backup("back")
    shutil.rmtree(back.store)
    shutil.copytree(backup.store, back.store)
    run = back.run()
    report.check(run.code == 0, "the run after the broker is back ends with %s" % run.code, run.err)
    whole(report, back, {**scene.was, **scene.kafka.digest(scene.live)}, "the run after the broker is back")


def delays(kafka, topic, first, seen):
    """How many seconds after each record of `topic` from `first` on was written the ledger had it."""
    for row in rows(kafka, topic):
        where, offset = (topic, row["partition"]), row["offset"]
        at = next((at for at, reached in seen if reached.get(where, 0) > offset), None)
        if offset >= first[where] and at is not None:
            yield at - row["timestamp"] / 1000


SCENARIOS = {"oneshot": oneshot, "signals": signals, "latency": latency}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="+", choices=[*SCENARIOS, "all"])
    parser.add_argument("--product", required=True, help="the command that runs the program, as one argument: 'dotnet .../kafka-backup.dll'")
    parser.add_argument("--work", required=True, metavar="DIR", help="a folder for stores, configurations and logs")
    parser.add_argument("--seconds", type=int, default=120, help="how long `latency` writes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bootstrap", default=os.environ.get("KAFKA_BOOTSTRAP_SERVERS"))
    parser.add_argument("--kafka-home", default=os.environ.get("KAFKA_HOME"))
    parser.add_argument("--kafka-dir", default=os.environ.get("KAFKA_DIR"))
    args = parser.parse_args()
    if not args.bootstrap or not args.kafka_home or not args.kafka_dir:
        parser.error("set KAFKA_BOOTSTRAP_SERVERS, KAFKA_HOME and KAFKA_DIR, or give --bootstrap, --kafka-home and --kafka-dir")
    args.bootstrap, args.work = args.bootstrap.replace("\\", ""), os.path.abspath(args.work)
    args.prefix = "lost-%x-" % (int(time.time() * 1000) & 0xFFFFFFF)
    report, kafka, cluster = Report(), Kafka(args.kafka_home, args.bootstrap), Cluster(args)
    try:
        scene = LostReplica(args, kafka, cluster)
        for name in SCENARIOS if "all" in args.scenario else args.scenario:
            print("== %s" % name, flush=True)
            SCENARIOS[name](args, report, scene)
    finally:
        try:
            cluster.node("pid", LOST)
        except SystemExit:
            cluster.node("start", LOST)
        kafka.delete()
    print("%d checks, %d violations" % (report.made, report.failed))
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
