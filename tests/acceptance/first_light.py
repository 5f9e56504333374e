#!/usr/bin/env python3
"""Checks the backup program from outside, on a real broker, with a decoder of its own.

  first_light.py mixed        records of every shape: the committed ones are stored, each once, byte for byte
  first_light.py incremental  a second run reads what is new, a third writes nothing
  first_light.py views        offset databases, journal and ledger deleted, old or corrupt between runs
  first_light.py kill9        SIGKILL and SIGTERM at random moments
  first_light.py two          two processes on one backup id
  first_light.py figure       time, CPU and memory for 1 GB
  first_light.py badinput     wrong configurations and damaged stores
  first_light.py faults       a store that answers 500, 403, nothing, or too late (with --store s3)
  first_light.py all          all of them

KAFKA_BOOTSTRAP_SERVERS names the broker, KAFKA_HOME the folder with `tools/kt` and `bin/`. Exits with 1 on any violation.
"""
import argparse
import os
import sys
import time

from bad_input import badinput
import stores
from common import Kafka, Report
from figure import figure
from interrupts import kill9, two
from mixed import incremental, mixed
from store_faults import faults
from views import views

COMMANDS = {"mixed": mixed, "incremental": incremental, "views": views, "kill9": kill9, "two": two, "figure": figure, "badinput": badinput,
            "faults": faults}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=[*COMMANDS, "all"])
    parser.add_argument("--product", required=True, help="the command that runs the program, as one argument: 'dotnet .../kafka-backup.dll'")
    parser.add_argument("--work", required=True, metavar="DIR", help="a folder for stores, configurations and logs")
    parser.add_argument("--scale", type=float, default=1.0, help="1.0: the numbers of records as written")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, help="rounds of `kill9` (20) and `two` (10)")
    parser.add_argument("--only", default="", help="of `faults`: the cases whose name fits this pattern")
    parser.add_argument("--keep", action="store_true", help="keep stores and topics")
    parser.add_argument("--bootstrap", default=os.environ.get("KAFKA_BOOTSTRAP_SERVERS"))
    parser.add_argument("--kafka-home", default=os.environ.get("KAFKA_HOME"))
    stores.add_options(parser)
    args = parser.parse_args()
    args.stores = stores.chosen(parser, args)
    if not args.bootstrap or not args.kafka_home:
        parser.error("set KAFKA_BOOTSTRAP_SERVERS and KAFKA_HOME, or give --bootstrap and --kafka-home")
    args.work = os.path.abspath(args.work)
    os.makedirs(args.work, exist_ok=True)
    report, kafka = Report(), Kafka(args.kafka_home, args.bootstrap)
    try:
        for name in list(COMMANDS) if args.command == "all" else [args.command]:
            args.prefix = "%s-%x-" % (name, int(time.time() * 1000) & 0xFFFFFFF)
            began = time.monotonic()
            print("== %s, %s, scale %g, seed %d" % (name, args.stores.name, args.scale, args.seed), flush=True)
            COMMANDS[name](args, report, kafka)
            print("== %s took %.0f s" % (name, time.monotonic() - began), flush=True)
    finally:
        if not args.keep and args.command != "mixed":  # whose topics `incremental` goes on with
            kafka.delete()
    print("%d checks, %d violations" % (report.made, report.failed))
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
