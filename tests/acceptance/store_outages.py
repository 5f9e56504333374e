#!/usr/bin/env python3
"""Takes the store away from runs of the backup program: connections refused, then hanging, then 503, one after the other.

  store_outages.py middle    8, 60 and 300 s (--seconds) in the middle of one-shot and continuous runs: nothing is lost, stored or read twice
  store_outages.py start     away from the start, and a head that hangs for ever: exit 5 within 75 s
  store_outages.py stopped   SIGTERM while the store is away ends a continuous run within 45 s with exit 5; the next one has the rest
  store_outages.py views     manifest, offsets.db, merging and sweeping fail for ever: everything is committed, then exit 5
  store_outages.py all       all of them

Wants an S3 server as first_light.py --store s3 does, and the broker. Exits with 1 on any violation.
"""
import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request

import stores
from common import Backup, Kafka, Report, sentences, whole
from faulty_store import HANG, Fault, FaultyStore
from live import LedgerWatch, Steady, begun, ends
from nodes import free_port
from store_gate import OPEN, SHUT, STUCK, Gate
from stores import Bucket

ANY = [Fault(method, "", 503) for method in ("GET", "HEAD", "PUT", "POST", "DELETE")]
HEAD, PARTS, MANIFEST, OFFSETS = r"/_cluster/head\.json$", r"/_cluster/parts/[^/?&]+$", r"/manifest\.json$", r"/offsets\.db$"
OK, STORAGE = 0, 5
START_LIMIT, STOP_LIMIT = 75, 45


class Store:
    """An S3 server behind a proxy that answers 503, behind a gate."""

    def __init__(self, args):
        self.faulty = FaultyStore(args.stores.endpoint)
        self.gate = Gate("127.0.0.1", urllib.parse.urlsplit(self.faulty.endpoint).port)
        self.stores = Bucket("http://127.0.0.1:%d" % self.gate.port, args.stores.bucket, args.stores.files)

    def __enter__(self):
        self.faulty.__enter__()
        self.gate.__enter__()
        return self

    def __exit__(self, *_):
        self.gate.__exit__()
        self.faulty.__exit__()

    def away(self, seconds):
        """A third of the time each."""
        self.gate.set(SHUT)
        time.sleep(seconds / 3)
        self.gate.set(STUCK)
        time.sleep(seconds / 3)
        self.faulty.set(*ANY)
        self.gate.set(OPEN)
        time.sleep(seconds / 3)
        self.faulty.set()


class Received(threading.Thread):
    """Counts the bytes that a process gets from the broker, by what the kernel knows of its connections."""

    def __init__(self, pid, bootstrap):
        super().__init__(daemon=True)
        self.pid, self.ports, self.halt, self.most = pid, {server.rsplit(":", 1)[1] for server in bootstrap.split(",")}, threading.Event(), {}
        self.start()

    def run(self):
        while not self.halt.wait(0.2):
            ours = None
            for line in subprocess.run(["ss", "-tinp"], capture_output=True, text=True, check=False).stdout.splitlines():
                if line.startswith("ESTAB"):
                    words = line.split()
                    ours = words[3] if "pid=%d," % self.pid in line and words[4].rsplit(":", 1)[1] in self.ports else None
                elif ours and (found := re.search(r"bytes_received:(\d+)", line)):
                    self.most[ours] = max(self.most.get(ours, 0), int(found[1]))

    def stop(self):
        self.halt.set()
        self.join()
        return sum(self.most.values())


def opened(args, store, name, topics, **backup):
    folder = os.path.join(args.work, "outages", name)
    shutil.rmtree(folder, ignore_errors=True)
    store.stores.empty(folder)
    return Backup(args.product, folder, "b", args.bootstrap, topics, stores=store.stores, **backup)


def told(report, run, what):
    """Once that it waits, once that it goes on."""
    waits, resumed = len(re.findall(r"\] Waiting for ", run.err)), len(re.findall(r" answers again after ", run.err))
    report.check((waits, resumed) == (1, 1), "%s: told %d times that it waits, %d times that it goes on" % (what, waits, resumed), run.err)
    report.check(sentences(run.err), "%s: no stack trace" % what, run.err)


def middle(args, report, kafka, store):
    for seconds in args.seconds:
        one_shot(args, report, kafka, store, seconds)
        continuous(args, report, kafka, store, seconds)


def one_shot(args, report, kafka, store, seconds):
    what, topic = "one-shot, %d s" % seconds, "%sshot-%d" % (args.prefix, seconds)
    kafka.load(topic, max(20_000, int(200_000 * args.scale)), 4, args.seed, shape="json1k", codec="none", create=True)
    size = sum(end for end in ends(kafka, [topic]).values()) * 1000
    backup = opened(args, store, "shot-%d" % seconds, [topic], compression="none", segment_max_bytes=1_000_000)
    process = backup.start()
    received = Received(process.pid, args.bootstrap)
    while process.poll() is None and not os.path.exists(backup.path("_cluster", "head.json")):
        time.sleep(0.02)
    report.check(process.poll() is None, "%s: the run is under way when the store goes" % what)
    store.away(seconds)
    run = backup.end(process, 120)
    report.check(run.code == OK, "%s: exit %s after %.0f s" % (what, run.code, run.seconds), run.err)
    told(report, run, what)
    once(report, received.stop(), size, what)
    whole(report, backup, kafka.digest(topic), what)


def continuous(args, report, kafka, store, seconds):
    what, topic = "continuous, %d s" % seconds, "%sgoing-%d" % (args.prefix, seconds)
    kafka.load(topic, 1_000, 4, args.seed, create=True)
    backup = opened(args, store, "going-%d" % seconds, [topic], continuous="true", poll_interval_ms=100, segment_max_records=20,
                    segment_max_interval_ms=200, sync_interval_secs=2)
    port = free_port()
    with open(backup.config, "a", encoding="utf-8") as file:
        file.write("metrics: {port: %d, bind_address: 127.0.0.1}\n" % port)
    process = begun(backup)
    watch, writer, received = LedgerWatch(backup), Steady(kafka, topic, 400), Received(process.pid, args.bootstrap)
    try:
        time.sleep(5)
        store.away(seconds)
        time.sleep(3)
        report.check(process.poll() is None, "%s: it goes on" % what)
    finally:
        writer.stop()
    wanted = ends(kafka, [topic])
    report.check(watch.when(wanted, 180, process) is not None, "%s: all of it is committed" % what, (wanted, watch.seen[-1:]))
    watch.stop()
    read, total = records_read(port), received.stop()
    process.send_signal(signal.SIGTERM)
    run = backup.end(process, 60)
    report.check(run.code == OK, "%s: SIGTERM ends it with %s" % (what, run.code), run.err)
    told(report, run, what)
    report.check(read == sum(wanted.values()), "%s: %s records were read for %s" % (what, read, sum(wanted.values())))
    report.note("%s: %.1f MB came from the broker, questions every 100 ms included" % (what, total / 1e6))
    whole(report, backup, kafka.digest(topic), what)


def records_read(port):
    """What the program counts where records come in, before anything else is done with them."""
    with urllib.request.urlopen("http://127.0.0.1:%d/metrics" % port, timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    return sum(int(float(line.split()[-1])) for line in lines if line.startswith("kafka_backup_records_total{"))


def once(report, received, size, what):
    """Batch headers, answers without records and requests about topics come on top of the records."""
    report.check(received <= size * 1.5 + 3_000_000, "%s: %.1f MB came from the broker for %.1f MB of records" % (what, received / 1e6, size / 1e6))


def start(args, report, kafka, store):
    topic = args.prefix + "start"
    kafka.load(topic, 1_000, 2, args.seed, create=True)
    backup = opened(args, store, "start", [topic])
    cases = [("refused", lambda: store.gate.set(SHUT)), ("hanging", lambda: store.gate.set(STUCK)), ("503", lambda: store.faulty.set(*ANY)),
             ("the head hangs", lambda: store.faulty.set(Fault("GET", HEAD, HANG)))]
    for grown in (False, True):
        for name, begin in cases:
            what = "%s from the start, %s" % (name, "with a ledger" if grown else "a new backup")
            begin()
            run = backup.run(timeout=200)
            store.gate.set(OPEN)
            store.faulty.set()
            report.check(run.code == STORAGE, "%s: exit %s" % (what, run.code), run.err)
            report.check(run.seconds <= START_LIMIT, "%s: after %.1f s, at most %d" % (what, run.seconds, START_LIMIT))
            report.check(sentences(run.err), "%s: %s" % (what, run.err.strip().splitlines()[-1][:250]), run.err)
        if not grown:
            run = backup.run()
            report.check(run.code == OK, "with the store back: exit %s" % run.code, run.err)
    whole(report, backup, kafka.digest(topic), "after outages at the start")


def stopped(args, report, kafka, store):
    topic = args.prefix + "stopped"
    kafka.load(topic, 1_000, 4, args.seed, create=True)
    for name, begin in (("refused", lambda: store.gate.set(SHUT)), ("hanging", lambda: store.gate.set(STUCK)), ("503", lambda: store.faulty.set(*ANY))):
        backup = opened(args, store, "stopped-" + name, [topic], continuous="true", segment_max_interval_ms=200, segment_max_records=20)
        process = begun(backup)
        writer = Steady(kafka, topic, 400)
        try:
            time.sleep(4)
            begin()
            time.sleep(20)
        finally:
            writer.stop()
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        run = backup.end(process, 200)
        took = time.monotonic() - asked
        store.gate.set(OPEN)
        store.faulty.set()
        report.check(run.code == STORAGE, "%s: SIGTERM ends it with %s" % (name, run.code), run.err)
        report.check(took <= STOP_LIMIT, "%s: within %.1f s, at most %d" % (name, took, STOP_LIMIT), run.err)
        report.check(sentences(run.err), "%s: %s" % (name, run.err.strip().splitlines()[-1][:250]), run.err)
        process = begun(backup)
        watch = LedgerWatch(backup)
        report.check(watch.when(ends(kafka, [topic]), 180, process) is not None, "%s: the next run has the rest" % name)
        watch.stop()
        process.send_signal(signal.SIGTERM)
        run = backup.end(process, 60)
        report.check(run.code == OK, "%s: the next run ends with %s" % (name, run.code), run.err)
        whole(report, backup, kafka.digest(topic), name)


def views(args, report, kafka, store):
    """A few entries fill a tail, as the topic has the longest name there is; so parts are many, and merged."""
    topic = (args.prefix + "views-").ljust(200, "x")
    kafka.load(topic, 3_000, 16, args.seed, create=True)
    cases = [("PUT of the manifest answers 503", [Fault("PUT", MANIFEST, 503)], STORAGE, "manifest.json"),
             ("PUT of offsets.db answers 503", [Fault("PUT", OFFSETS, 503)], STORAGE, "offsets.db"),
             ("GET of parts answers 503", [Fault("GET", PARTS, 503)], STORAGE, "parts/"),
             ("PUT of the manifest answers 503 for a while", [Fault("PUT", MANIFEST, 503, 8)], OK, None)]
    for number, (what, faults, code, said) in enumerate(cases):
        store.stores.patience = 15
        backup = opened(args, store, "views-%d" % number, [topic], compression="none", segment_max_records=1, max_concurrent_partitions=16, sync_interval_secs=2)
        store.faulty.set(*faults)
        run = backup.run(timeout=600)
        report.check(run.code == code, "%s: exit %s after %.0f s" % (what, run.code, run.seconds), run.err)
        report.check(any(fault.met for fault in faults), "%s: the fault was met" % what)
        report.check(sentences(run.err), "%s: told in sentences" % what, run.err)
        report.check(run.backed_up() == 3_000, "%s: all %s records are committed" % (what, run.backed_up()), run.err)
        if said:
            lines = [line for line in run.err.splitlines() if said in line]
            report.check(0 < len(lines) <= 4, "%s: told %d times" % (what, len(lines)), "\n".join(lines))
        store.faulty.set()
        if code:
            run = backup.run()
            report.check(run.code == OK, "%s: the next run ends with %s" % (what, run.code), run.err)
        whole(report, backup, kafka.digest(topic), what)


COMMANDS = {"middle": middle, "start": start, "stopped": stopped, "views": views}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", nargs="+", choices=[*COMMANDS, "all"])
    parser.add_argument("--product", required=True, help="the command that runs the program, as one argument")
    parser.add_argument("--work", required=True, metavar="DIR", help="a folder for configurations and logs")
    parser.add_argument("--seconds", type=int, nargs="+", default=[8, 60, 300], help="how long the store is away in `middle`")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="keep the topics")
    parser.add_argument("--bootstrap", default=os.environ.get("KAFKA_BOOTSTRAP_SERVERS"))
    parser.add_argument("--kafka-home", default=os.environ.get("KAFKA_HOME"))
    stores.add_options(parser)
    args = parser.parse_args()
    args.store = "s3"
    args.stores = stores.chosen(parser, args)
    if not args.bootstrap or not args.kafka_home:
        parser.error("set KAFKA_BOOTSTRAP_SERVERS and KAFKA_HOME, or give --bootstrap and --kafka-home")
    args.work = os.path.abspath(args.work)
    os.makedirs(args.work, exist_ok=True)
    report, kafka = Report(), Kafka(args.kafka_home, args.bootstrap)
    try:
        with Store(args) as store:
            for name in list(COMMANDS) if "all" in args.command else args.command:
                args.prefix = "%s-%x-" % (name, int(time.time() * 1000) & 0xFFFFFFF)
                began = time.monotonic()
                print("== %s, scale %g, seed %d" % (name, args.scale, args.seed), flush=True)
                COMMANDS[name](args, report, kafka, store)
                print("== %s took %.0f s" % (name, time.monotonic() - began), flush=True)
    finally:
        if not args.keep:
            kafka.delete()
    print("%d checks, %d violations" % (report.made, report.failed))
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
