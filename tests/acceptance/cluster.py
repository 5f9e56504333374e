#!/usr/bin/env python3
"""Nodes of a cluster share backups, whatever happens to them; each result equals an independent read of the source.

  cluster.py spread     200 partitions, and six large ones, on three nodes
  cluster.py kills      kill -9 of a node in the middle of each of --kills runs
  cluster.py stops      SIGTERM of a node in the middle of each of --stops runs
  cluster.py joined     a node joins in the middle; one is killed and back on its address within 5 s
  cluster.py journals   as kills, and each node comes back without its journal
  cluster.py database   the journal's PostgreSQL is away for 60 s
  cluster.py cuts       networks cut for 60 s: between nodes, and from store, broker, database (root; --store s3)
  cluster.py rolling    all restarted, and one after the other, under a continuous backup
  cluster.py scaling    2 GB on one, two and four nodes whose uploads are limited (root)
  cluster.py thousands  10,000 partitions
  cluster.py schedule   a run each minute, for --minutes, over two restarts
  cluster.py rivals     a cluster and a local run on one backup id
  cluster.py all        all of them

KAFKA_BOOTSTRAP_SERVERS names the broker, KAFKA_HOME the folder with `tools/kt` and `bin/`. Exits with 1 on any violation.
"""
import argparse
import os
import sys
import time

import cluster_life
import cluster_losses
import cluster_network
import common
import nodes
import stores

SCENARIOS = {
    "spread": cluster_losses.spread, "kills": cluster_losses.kills, "stops": cluster_losses.stops, "joined": cluster_losses.joined,
    "journals": cluster_losses.journals, "database": cluster_losses.database, "cuts": cluster_network.cuts, "rolling": cluster_life.rolling,
    "scaling": cluster_network.scaling, "thousands": cluster_life.thousands, "schedule": cluster_life.schedule, "rivals": cluster_life.rivals}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="+", choices=[*SCENARIOS, "all"])
    parser.add_argument("--product", required=True, help="the command that runs the program, as one argument: 'dotnet .../kafka-backup.dll'")
    parser.add_argument("--before", help="the command of an earlier build: `rolling` starts with it, and each node comes back as --product")
    parser.add_argument("--work", required=True, metavar="DIR", help="a folder for stores, configurations and logs")
    parser.add_argument("--scale", type=float, default=1.0, help="1.0: the numbers of records as written")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--stops", type=int, default=50)
    parser.add_argument("--minutes", type=int, default=10, help="how long `schedule` goes on")
    parser.add_argument("--rate", type=float, default=20, help="MB/s to which `scaling` limits what each node sends")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--window", type=float, default=6, help="nodes are lost within so many seconds after a run began")
    stores.add_options(parser)
    args = parser.parse_args()
    args.stores = stores.chosen(parser, args)
    args.work = os.path.abspath(args.work)
    os.environ["KAFKA_BACKUP_HTTP_TOKEN"] = nodes.TOKEN
    report, kafka = common.Report(), common.Kafka(os.environ["KAFKA_HOME"], os.environ["KAFKA_BOOTSTRAP_SERVERS"])
    everything = args.stores
    for name in list(SCENARIOS) if "all" in args.scenario else args.scenario:
        args.scenario, args.prefix, args.stores = name, "cluster-%x-" % (int(time.time() * 1000) & 0xFFFFFFF), everything
        if name == "cuts" and everything.name == "s3":
            args.stores = cluster_network.beside(everything)
        began = time.monotonic()
        print("== %s, %s, scale %g, seed %d" % (name, args.stores.name, args.scale, args.seed), flush=True)
        try:
            SCENARIOS[name](args, report, kafka)
        finally:
            kafka.delete()
        print("== %s took %.0f s" % (name, time.monotonic() - began), flush=True)
    print("%d checks, %d violations" % (report.made, report.failed))
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
