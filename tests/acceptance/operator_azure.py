"""KafkaBackups in Azure Blob Storage, or what stands in for it: by a schedule, restored, validated, and deleted with all that they have stored."""
import base64
import hashlib
import hmac
import os
import re
import urllib.error
import urllib.parse
import urllib.request
from email.utils import formatdate

import restoring
from kube import BACKUPS, RESTORES, VALIDATIONS, until
from operating import Stage, phase, status, told
from operator_backups import forgotten
from operator_secrets import readers

PARTITIONS, CONTAINER, VERSION = 3, "operator-backups", "2021-08-06"


def azure(args, report, kafka):
    topic, pieces = args.prefix + "orders", [int(10_000 * args.scale) + 100, 200, 50]
    stage = Stage(args, report, kafka, count=2)
    readers(stage)
    ask("PUT", {"restype": "container"})
    with stage:
        stage.operator()
        stage.space.secret("store", AZURE_STORAGE_KEY=os.environ["AZURE_STORAGE_KEY"])
        committed = [kafka.load(topic, pieces[0], PARTITIONS, args.seed, create=True)]
        make(stage, "hourly", topic, schedule="*/10 * * * * *", deletionPolicy="Delete", consumerGroupSnapshot=True)
        for number, records in enumerate(pieces[1:] + [None], 1):
            good = lambda: sum(run["records"] for run in stage.runs("hourly")) == sum(committed)
            report.check(until(good, 180), "piece %d: runs have fetched %s records in all" % (number, format(sum(committed), ",")), stage.runs("hourly"))
            if records:
                committed.append(kafka.load(topic, records, PARTITIONS, args.seed + number))
        found = stage.suspended("hourly")
        prefix = spec(stage, "hourly")["azure"]["prefix"]
        report.check(len(blobs(prefix)) > 3, "there are %d blobs" % len(blobs(prefix)), told(found))
        target = topic + "-restored"
        kafka.made.append(target)
        servers = {"bootstrapServers": kafka.bootstrap.split(",")}
        stage.space.make(RESTORES, "restored", {"backupRef": {"name": "hourly"}, "kafkaCluster": servers, "topics": [topic], "topicMapping": {topic: target}, "createTopics": True})
        stage.check(RESTORES, "restored", lambda found: phase(found) == "Completed", "it is restored", 240)
        restoring.same(report, kafka, {topic: target}, "restored")
        stage.space.make(VALIDATIONS, "validated", {"backupRef": {"name": "hourly"}, "kafkaCluster": servers, "checks": {"messageCount": {}, "offsetRange": {}}, "evidence": {"formats": ["json"]}})
        found = stage.check(VALIDATIONS, "validated", lambda found: status(found).get("validationResult") == "Pass", "and validated", 240)
        report.check(any(name.endswith(status(found).get("evidenceReportPath", "none")) for name in blobs(prefix)), "the report is among the blobs", (told(found), blobs(prefix)))
        stage.space.delete(BACKUPS, "hourly")
        forgotten(report, stage, "hourly", "with all that it has stored")
        report.check(not blobs(prefix + "/hourly/"), "none of its blobs is left", blobs(prefix + "/hourly/")[:5])
        report.check([event for event in stage.space.events("hourly") if event["reason"] == "DataDeleted"], "an event says so", stage.space.events("hourly"))
        make(stage, "hourly", topic)
        stage.completed("hourly", 240)
        report.check(sum(run["records"] for run in stage.runs("hourly")) == sum(committed), "another one of its name begins anew", stage.runs("hourly"))


def spec(stage, name):
    address = os.environ["KAFKA_BACKUP_TEST_AZURE"]
    return {"storageType": "azure", "azure": {"container": CONTAINER, "accountName": address.rsplit("/", 1)[1], "endpoint": address, "allowHttp": True,
                                              "prefix": "acceptance/%s" % stage.space.name, "credentialsSecret": {"name": "store"}}}


def make(stage, name, topic, **fields):
    stage.space.make(BACKUPS, name, dict(stage.spec(name, [topic], **fields), storage=spec(stage, name)))


def blobs(prefix):
    """The names of all blobs that begin so."""
    return re.findall(r"<Name>([^<]*)</Name>", ask("GET", {"restype": "container", "comp": "list", "prefix": prefix}))


def ask(method, query):
    """A request about the container, signed with the account's key; a container that is there already is no error."""
    address = os.environ["KAFKA_BACKUP_TEST_AZURE"]
    account, path = address.rsplit("/", 1)[1], urllib.parse.urlsplit(address).path + "/" + CONTAINER
    now = formatdate(usegmt=True)
    text = "\n".join([method, *[""] * 11, "x-ms-date:" + now, "x-ms-version:" + VERSION, "/%s%s" % (account, path), *("%s:%s" % pair for pair in sorted(query.items()))])
    signature = base64.b64encode(hmac.digest(base64.b64decode(os.environ["AZURE_STORAGE_KEY"]), text.encode(), hashlib.sha256)).decode()
    request = urllib.request.Request("%s/%s?%s" % (address, CONTAINER, urllib.parse.urlencode(query)), method=method, headers={
        "x-ms-date": now, "x-ms-version": VERSION, "Authorization": "SharedKey %s:%s" % (account, signature)})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        if error.code == 409:
            return ""
        raise
