#!/usr/bin/env python3
"""Operators at a real API server: the cluster of nodes does what objects ask for, whatever happens to operators, to the API server and to objects.

  operators.py hourly    a KafkaBackup by a schedule of seconds: each run fetches what is new; the samples apply strictly
  operators.py kills     kill -9 of an operator at --kills random moments, half of them of one of two, while objects come, change and go
  operators.py server    the API server is killed for --seconds; watches expire or fall silent; tokens are renewed and void; a right is taken away
  operators.py secrets   passwords and keys from Secrets, and changed ones
  operators.py restore   KafkaRestores: a moment, other names, groups, dry, refused, with the target away; the status is the report's
  operators.py deletion  objects are deleted in a run, while no operator or no node is there, and with their namespace
  operators.py data      what a KafkaBackup has stored goes with it or stays, as its deletionPolicy says and the store lets it
  operators.py runs      KafkaBackupRuns: a run now, or behind the one that is under way
  operators.py nodes     the operator on the nodes, of which the one that has it is killed again and again
  operators.py groups    KafkaOffsetResets and KafkaOffsetRollbacks: the status tells what Kafka's own tools do
  operators.py resets    the same, with operators and nodes killed in the middle, and by two operators
  operators.py validation  KafkaBackupValidations: counts, offsets, groups, services that are asked, a schedule
  operators.py azure     a KafkaBackup in Azure Blob Storage, with all of its life
  operators.py all       all of them

KAFKA_BOOTSTRAP_SERVERS names the broker (KAFKA_SASL_BOOTSTRAP_SERVERS its port with passwords, for `secrets`), KAFKA_HOME the folder with `tools/kt` and `bin/`; KUBECONFIG, KUBE_CA_PEM, KUBE_DIR
and KUBECTL an API server to which the CustomResourceDefinitions are applied here, and KUBE_HOME the folder with `up`, for `server`. `secrets` also wants
KAFKA_SASL_SSL_BOOTSTRAP_SERVERS, a port that demands a certificate, and KAFKA_DIR with `certs/` of its authority, whose broker `node restart` in KAFKA_HOME restarts. Backups are kept in S3, those of `azure` at
KAFKA_BACKUP_TEST_AZURE (http://host:port/account) by AZURE_STORAGE_KEY. Exits with 1 on any violation.
"""
import argparse
import os
import sys
import time

import common
import nodes
import operator_azure
import operator_backups
import operator_deletions
import operator_groups
import operator_kills
import operator_nodes
import operator_resets
import operator_restores
import operator_runs
import operator_secrets
import operator_server
import operator_validations
import stores
from kube import GROUP, KINDS, kubectl

SCENARIOS = {"hourly": operator_backups.hourly, "kills": operator_kills.kills, "server": operator_server.server,
             "secrets": operator_secrets.secrets, "restore": operator_restores.restore, "deletion": operator_backups.deletion,
             "groups": operator_groups.groups, "validation": operator_validations.validation,
             "data": operator_deletions.data, "runs": operator_runs.runs, "nodes": operator_nodes.on_nodes,
             "resets": operator_resets.resets, "azure": operator_azure.azure}
DEFINITIONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "deploy", "k8s", "crds")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="+", choices=[*SCENARIOS, "all"])
    parser.add_argument("--product", required=True, help="the command that runs the program, as one argument: 'dotnet .../kafka-backup.dll'")
    parser.add_argument("--work", required=True, metavar="DIR", help="a folder for configurations, logs, and what nodes keep")
    parser.add_argument("--scale", type=float, default=1.0, help="1.0: the numbers of records as written")
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=60, help="how long `server` has the API server away")
    parser.add_argument("--only", metavar="PART", action="append", help="a part of the scenario, such as rights of `server`; may be given several times")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--prefix", default="operator", help="what names of topics and namespaces begin with")
    stores.add_options(parser)
    parser.set_defaults(store="s3")
    args = parser.parse_args()
    if args.store != "s3":
        parser.error("operators look for volumes below /data: use --store s3")
    args.stores, args.work, beginning = stores.chosen(parser, args), os.path.abspath(args.work), args.prefix
    os.environ["KAFKA_BACKUP_HTTP_TOKEN"] = nodes.TOKEN
    kubectl("apply", "--server-side", "--force-conflicts", "-k", DEFINITIONS)
    kubectl("wait", "--for=condition=Established", "--timeout=60s", "crd", *("%s.%s" % (kind, GROUP) for kind in KINDS))
    report, kafka = common.Report(), common.Kafka(os.environ["KAFKA_HOME"], os.environ["KAFKA_BOOTSTRAP_SERVERS"])
    for name in list(SCENARIOS) if "all" in args.scenario else args.scenario:
        args.scenario, args.prefix = name, "%s-%x-" % (beginning, int(time.time() * 1000) & 0xFFFFFFF)
        began = time.monotonic()
        print("== %s, scale %g, seed %d" % (name, args.scale, args.seed), flush=True)
        try:
            SCENARIOS[name](args, report, kafka)
        finally:
            kafka.delete()
        print("== %s took %.0f s" % (name, time.monotonic() - began), flush=True)
    print("%d checks, %d violations" % (report.made, report.failed))
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
