#!/usr/bin/env python3
"""Each mode of a run on a real broker, while life goes on at the source.

  modes.py full incremental snapshot incremental-snapshot   producers write during the runs: what they hold is what the watermarks say
  modes.py continuous    bursts, new topics, new partitions, a steady trickle, an idle minute, SIGTERM (--seconds)
  modes.py idle          a continuous run without anything to do: what it asks of the store, and of the processor
  modes.py retention     records deleted during a run
  modes.py recreated     a topic deleted and made anew, shorter and longer
  modes.py transactions  a transaction that stays open during one-shot and snapshot runs
  modes.py tails         a tail of nothing but aborted records, markers, and what was compacted away
  modes.py all           all of them

KAFKA_BOOTSTRAP_SERVERS names the broker, KAFKA_HOME the folder with `tools/kt` and `bin/`. Exits with 1 on any violation.
"""
import argparse
import os
import sys
import time

from common import Kafka, Report
from endless import continuous, idle
from gone import recreated, retention
from one_shot import full, incremental, incremental_snapshot, snapshot
from unfinished import tails, transactions

SCENARIOS = {"full": full, "incremental": incremental, "snapshot": snapshot, "incremental-snapshot": incremental_snapshot, "continuous": continuous,
             "idle": idle, "retention": retention, "recreated": recreated, "transactions": transactions, "tails": tails}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="+", choices=[*SCENARIOS, "all"])
    parser.add_argument("--product", required=True, help="the command that runs the program, as one argument: 'dotnet .../kafka-backup.dll'")
    parser.add_argument("--work", required=True, metavar="DIR", help="a folder for stores, configurations and logs")
    parser.add_argument("--scale", type=float, default=1.0, help="1.0: the numbers of records as written")
    parser.add_argument("--seconds", type=int, default=300, help="how long `continuous` goes on")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="keep the topics")
    parser.add_argument("--bootstrap", default=os.environ.get("KAFKA_BOOTSTRAP_SERVERS"))
    parser.add_argument("--kafka-home", default=os.environ.get("KAFKA_HOME"))
    args = parser.parse_args()
    if not args.bootstrap or not args.kafka_home:
        parser.error("set KAFKA_BOOTSTRAP_SERVERS and KAFKA_HOME, or give --bootstrap and --kafka-home")
    args.work = os.path.abspath(args.work)
    os.makedirs(args.work, exist_ok=True)
    report, kafka = Report(), Kafka(args.kafka_home, args.bootstrap)
    for name in list(SCENARIOS) if "all" in args.scenario else args.scenario:
        args.prefix = "%s-%x-" % (name, int(time.time() * 1000) & 0xFFFFFFF)
        began = time.monotonic()
        print("== %s, scale %g, seed %d" % (name, args.scale, args.seed), flush=True)
        try:
            SCENARIOS[name](args, report, kafka)
        finally:
            if not args.keep:
                kafka.delete()
        print("== %s took %.0f s" % (name, time.monotonic() - began), flush=True)
    print("%d checks, %d violations" % (report.made, report.failed))
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
