#!/usr/bin/env python3
"""Harms a cluster of three brokers while it is backed up: nothing may be lost, nothing may come twice, and the run has to end well.

  three_brokers.py undisturbed  for comparison
  three_brokers.py killed       a broker that leads partitions is killed, and stays away
  three_brokers.py restarted    a broker is stopped in good order and started again
  three_brokers.py frozen       a broker stops answering, its connections stay open, and it comes back after the run
  three_brokers.py reset        every connection of the run is cut, three times (needs root and `ss -K`)
  three_brokers.py churn        the lead of every partition moves, twice a second
  three_brokers.py throttled    a quota holds the run down to a trickle, and is lifted
  three_brokers.py all          all of them

`--mode continuous` does so to a run that goes on for ever while a producer writes, `--mode oneshot` (the default) to one that ends.

KAFKA_BOOTSTRAP_SERVERS names the three brokers, KAFKA_DIR their folder, KAFKA_HOME the folder with `node`, `tools/kt` and `bin/`.
Exits with 1 on any violation.
"""
import argparse
import os
import shutil
import subprocess
import sys
import time

from common import Backup, Kafka, Report, sentences, whole
from three_endless import continuous

PARTITIONS = 6
RECORDS = 300_000
HARM_AFTER_SEGMENTS = 8
QUOTA_BYTES = 200_000
QUOTA_SECONDS = 40


class Cluster:
    """The three brokers, to be harmed."""

    def __init__(self, args):
        self.home, self.folder, self.bootstrap = args.kafka_home, args.kafka_dir, args.bootstrap

    def node(self, command, number):
        self._run(os.path.join(self.home, "node"), command, str(number), self.folder)

    def quota(self, rate):
        change = ["--add-config", "consumer_byte_rate=%d" % rate] if rate else ["--delete-config", "consumer_byte_rate"]
        self._run(os.path.join(self.home, "bin", "kafka-configs.sh"), "--bootstrap-server", self.bootstrap, "--alter", *change,
                  "--entity-type", "clients", "--entity-default")

    def churn(self, topic, seconds):
        return subprocess.Popen([os.path.join(self.home, "tools", "kt"), "lead-churn", "--bootstrap", self.bootstrap, "--topic", topic, "--seconds", str(seconds)],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def reset(self, process):
        """Cuts the run's own connections; those between the brokers stay."""
        ports = {server.rsplit(":", 1)[1] for server in self.bootstrap.split(",")}
        lines = subprocess.run(["ss", "-tnpH", "state", "established"], capture_output=True, text=True, check=True).stdout.splitlines()
        cut = 0
        for line in lines:
            fields = line.split()
            (_, here), (host, there) = fields[2].rsplit(":", 1), fields[3].rsplit(":", 1)
            if there in ports and "pid=%d," % process.pid in line:
                subprocess.run(["ss", "-K", "dst", host, "dport", "=", there, "sport", "=", here], capture_output=True)
                cut += 1
        return cut

    @staticmethod
    def _run(*command):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit("%s ended with %d: %s" % (" ".join(command), done.returncode, (done.stdout + done.stderr)[-2000:]))


def undisturbed(cluster, process, topic):
    """Nothing happens."""
    return lambda: None


def killed(cluster, process, topic):
    """A leader is gone, and the others take over after its session has ended."""
    cluster.node("kill", 2)
    return lambda: cluster.node("start", 2)


def restarted(cluster, process, topic):
    """A leader hands over, goes, and comes back."""
    cluster.node("restart", 3)
    return lambda: None


def frozen(cluster, process, topic):
    """A leader is silent: nobody closes its connections."""
    cluster.node("pause", 1)
    return lambda: cluster.node("resume", 1)


def reset(cluster, process, topic):
    """All connections are cut, again and again."""
    cut = 0
    for number in range(3):
        cut += cluster.reset(process)
        if number < 2:
            time.sleep(1)
    print("     %d connections cut" % cut, flush=True)
    return (lambda: None) if cut or process.poll() is not None else sys.exit("no connection could be cut")


def churn(cluster, process, topic):
    """The lead moves on and on."""
    mover = cluster.churn(topic, 15)
    return mover.wait


def throttled(cluster, process, topic):
    """Fetches are answered late and empty."""
    cluster.quota(QUOTA_BYTES)
    time.sleep(QUOTA_SECONDS)
    cluster.quota(None)
    return lambda: None


HARMS = {harm.__name__: harm for harm in (undisturbed, killed, restarted, frozen, reset, churn, throttled)}


def written(backup):
    """{partition: [when each of its segments was stored]}, seconds since 1970."""
    times = {}
    for folder, _, names in os.walk(backup.path("topics")):
        for name in names:
            times.setdefault(os.path.basename(folder), []).append(os.stat(os.path.join(folder, name)).st_mtime)
    return {partition: sorted(found) for partition, found in times.items()}


def silence(times, since, until):
    """The longest time within the span in which `times` has nothing."""
    marks = [since, *(moment for moment in sorted(times) if since < moment < until), until]
    return max(after - before for before, after in zip(marks, marks[1:]))


def harmed(args, report, kafka, cluster, topic, expected, name, harm):
    """One run with one harm in the middle."""
    folder = os.path.join(args.work, "three", name)
    shutil.rmtree(folder, ignore_errors=True)
    # Small segments show how it goes on; a high level makes the run long enough to be harmed.
    backup = Backup(args.product, folder, "three", args.bootstrap, [topic], segment_max_bytes=2_000_000, compression_level=args.level,
                    max_concurrent_partitions=4)
    process = backup.start()
    while process.poll() is None and sum(map(len, written(backup).values())) < HARM_AFTER_SEGMENTS:
        time.sleep(0.02)
    at = time.time()
    early = process.poll() is None
    undo = harm(cluster, process, topic)
    try:
        run = backup.end(process, 600)
    finally:
        ended = time.time()
        undo()
    report.check(early, "%s: the run was still at work when it was harmed" % name)
    report.check(run.code == 0, "%s: ends with 0 (%.1f s)" % (name, run.seconds), run.err)
    report.check(sentences(run.err), "%s: no stack trace" % name, run.err)
    whole(report, backup, expected, name)
    times = written(backup)
    worst = max(times, key=lambda partition: silence(times[partition], max(at, times[partition][0]), times[partition][-1]), default=None)
    if worst:
        report.note("%s: %.1f s in all; after the harm nothing at all for %.1f s at most, of one partition in work for %.1f s (%s)" % (
            name, run.seconds, silence([moment for found in times.values() for moment in found], at, ended),
            silence(times[worst], max(at, times[worst][0]), times[worst][-1]), worst))
    for line in [line for line in run.err.splitlines() if "[WARN" in line or "[ERROR" in line][:8]:
        report.note(line[:300])
    if not args.keep:
        shutil.rmtree(folder)


class ThreeKafka(Kafka):
    """Topics on all three brokers."""

    def load_replicated(self, topic, partitions, records, seed):
        self.made.append(topic)
        self.kt("load", "--topic", topic, "--create", "--partitions", partitions, "--replication", 3, "--records", records,
                "--seed", seed, "--shape", "json1k", "--codec", "zstd", "--producer-config", "acks=all")


def oneshot(args, report, kafka, cluster, harms):
    """One topic, one run for each harm."""
    topic = args.prefix + "orders"
    kafka.load_replicated(topic, PARTITIONS, int(RECORDS * args.scale), args.seed)
    expected = kafka.digest(topic)
    for name, harm in harms.items():
        print("== %s" % name, flush=True)
        harmed(args, report, kafka, cluster, topic, expected, name, harm)


MODES = {"oneshot": oneshot, "continuous": continuous}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("harm", nargs="+", choices=[*HARMS, "all"])
    parser.add_argument("--product", required=True, help="the command that runs the program, as one argument: 'dotnet .../kafka-backup.dll'")
    parser.add_argument("--work", required=True, metavar="DIR", help="a folder for stores, configurations and logs")
    parser.add_argument("--mode", choices=MODES, default="oneshot", help="what kind of run is harmed")
    parser.add_argument("--scale", type=float, default=1.0, help="1.0: 300,000 records of 1 KB")
    parser.add_argument("--level", type=int, default=9, help="compression level: the higher, the longer a run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="keep stores and topics")
    parser.add_argument("--bootstrap", default=os.environ.get("KAFKA_BOOTSTRAP_SERVERS"))
    parser.add_argument("--kafka-home", default=os.environ.get("KAFKA_HOME"))
    parser.add_argument("--kafka-dir", default=os.environ.get("KAFKA_DIR"))
    args = parser.parse_args()
    if not args.bootstrap or not args.kafka_home or not args.kafka_dir:
        parser.error("set KAFKA_BOOTSTRAP_SERVERS, KAFKA_HOME and KAFKA_DIR, or give --bootstrap, --kafka-home and --kafka-dir")
    args.bootstrap = args.bootstrap.replace("\\", "")
    args.work = os.path.abspath(args.work)
    args.prefix = "three-%x-" % (int(time.time() * 1000) & 0xFFFFFFF)
    os.makedirs(args.work, exist_ok=True)
    report, kafka, cluster = Report(), ThreeKafka(args.kafka_home, args.bootstrap), Cluster(args)
    try:
        MODES[args.mode](args, report, kafka, cluster, HARMS if "all" in args.harm else {name: HARMS[name] for name in args.harm})
    finally:
        if not args.keep:
            kafka.delete()
    print("%d checks, %d violations" % (report.made, report.failed))
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
