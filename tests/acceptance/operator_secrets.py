"""What is secret comes from Secrets, by nodes that read them at the API server and have nothing of it in their environment."""
import json
import os
import stat

import common
import operator_certificates
import restoring
from kube import BACKUPS, RESTORES, kubeconfig
from operating import Stage, condition, phase, status, told

USER, PASSWORD = "alice", "alice-secret"


def secrets(args, report, kafka):
    topic = args.prefix + "secret"
    committed = kafka.load(topic, int(5_000 * args.scale), 3, args.seed, create=True)
    stage = Stage(args, report, kafka, count=2)
    folders = readers(stage)
    with stage:
        operator = stage.operator()
        keys = own_keys()
        stage.space.secret("store", **keys)
        stage.space.secret("user", username=USER, password=PASSWORD)
        stage.space.make(BACKUPS, "secret", spec(stage, "secret", topic))
        stage.completed("secret")
        common.whole(report, stage.backup("secret", [topic]), kafka.digests([topic]), "secret")
        files = {os.path.join(folder, name): stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode) for root in folders for folder, _, names in os.walk(root) for name in names}
        report.check(files and set(files.values()) == {0o600}, "what nodes keep of Secrets only they can read: %d files" % len(files), files)
        said = json.dumps([stage.declared("secret"), stage.space.get(BACKUPS, "secret"), stage.space.list("events")]) + operator.said() + "".join(node.said() for node in stage.cluster.nodes)
        report.check(not [text for text in (PASSWORD, keys["AWS_SECRET_ACCESS_KEY"]) if text in said], "no secret is in the catalogue, in the status, in an event or in a log")
        for part in (changed, missing, operator_certificates.renewed):
            if part.__name__ in (args.only or part.__name__):
                part(report, stage, topic)
        kafka.made.append(topic + "-restored")
        stage.space.make(RESTORES, "secret", {"backupRef": {"name": "secret"}, "kafkaCluster": spec(stage, "secret", topic)["kafkaCluster"], "topics": [topic],
                                              "topicMapping": {topic: topic + "-restored"}, "createTopics": True})
        found = stage.check(RESTORES, "secret", lambda found: phase(found) == "Completed", "a restore by the same Secrets")
        report.check(status(found).get("recordsRestored", 0) >= committed, "%s records" % status(found).get("recordsRestored"), told(found))
        restoring.same(report, kafka, {topic: topic + "-restored"}, "restored")


def own_keys():
    return {name: os.environ[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}


def readers(stage):
    """Nodes get an account that reads Secrets, and no keys; gives the folders in which they keep them."""
    space, api = stage.space, stage.api
    api.ask("POST", space.path("serviceaccounts"), {"metadata": {"name": "node"}})
    rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/%s/" % space.name
    api.ask("POST", rbac + "roles", {"metadata": {"name": "node"}, "rules": [{"verbs": ["get"], "apiGroups": [""], "resources": ["secrets"]}]})
    api.ask("POST", rbac + "rolebindings", {"metadata": {"name": "node"}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "node"},
                                            "subjects": [{"kind": "ServiceAccount", "name": "node", "namespace": space.name}]})
    token, config, folders = os.path.join(stage.folder, "node-token"), os.path.join(stage.folder, "node-kubeconfig"), []
    with open(token, "w", encoding="utf-8") as file:
        file.write(api.token(space.name, "node"))
    kubeconfig(config, api.server, api.authority, token)
    for node in stage.cluster.nodes:
        folders.append(os.path.join(node.folder, "secrets"))
        node.environment.update(KAFKA_BACKUP_SECRETS=folders[-1], KUBECONFIG=config)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            node.environment.pop(name, None)
    return folders


def spec(stage, name, topic, user="user", **fields):
    made = stage.spec(name, [topic], **fields)
    made["kafkaCluster"] = {"bootstrapServers": [os.environ["KAFKA_SASL_BOOTSTRAP_SERVERS"]], "securityProtocol": "SASL_PLAINTEXT",
                            "saslSecret": {"name": user, "mechanism": "SCRAM-SHA-512"}}
    made["storage"]["s3"]["credentialsSecret"] = {"name": "store"}
    return made


def changed(report, stage, topic):
    """A password and a key that are wrong for a while, under a schedule."""
    stage.space.make(BACKUPS, "changed", spec(stage, "changed", topic, schedule="*/5 * * * * *", storagePatienceSecs=5))
    good = lambda found: (status(found).get("runs") or [{}])[0].get("outcome") == "Completed" and phase(found) == "Ready"
    stage.check(BACKUPS, "changed", good, "changed: the schedule has had a run")
    limited = {"AWS_ACCESS_KEY_ID": os.environ["S3_LIMITED_ACCESS_KEY_ID"], "AWS_SECRET_ACCESS_KEY": os.environ["S3_LIMITED_SECRET_ACCESS_KEY"]}
    for name, wrong, right in (("user", {"username": USER, "password": "another"}, {"username": USER, "password": PASSWORD}), ("store", limited, own_keys())):
        stage.space.secret(name, **wrong)
        found = stage.check(BACKUPS, "changed", lambda found: phase(found) in ("Failed", "Incomplete") or condition(found, "Degraded").get("status") == "True",
                            "changed: with a wrong Secret '%s' it fails" % name, 240)
        report.note(str(status(found).get("message")))
        report.check(found and common.sentences(status(found).get("message") or condition(found, "Degraded").get("message", "")), "changed: and says why in a sentence", told(found))
        stage.space.secret(name, **right)
        stage.check(BACKUPS, "changed", good, "changed: with the right one it goes on", 240)
    stage.suspended("changed")


def missing(report, stage, topic):
    """A Secret that is not there yet."""
    stage.space.make(BACKUPS, "missing", spec(stage, "missing", topic, user="comes-later"))
    found = stage.check(BACKUPS, "missing", lambda found: "comes-later" in str(status(found).get("message")), "missing: the status names the Secret that is not there", 120)
    report.note(str(status(found).get("message")))
    target = topic + "-missing"
    stage.kafka.made.append(target)
    stage.space.make(RESTORES, "missing", {"backupRef": {"name": "secret"}, "kafkaCluster": spec(stage, "missing", topic, user="comes-later")["kafkaCluster"], "topics": [topic],
                                           "topicMapping": {topic: target}, "createTopics": True})
    found = stage.check(RESTORES, "missing", lambda found: "comes-later" in str(status(found).get("message")), "missing: so does that of a restore", 120)
    report.note("%s: %s" % (phase(found), status(found).get("message")))
    stage.space.secret("comes-later", username=USER, password=PASSWORD)
    stage.completed("missing", 240)
    stage.check(RESTORES, "missing", lambda found: phase(found) == "Completed", "missing: with the Secret the restore is made as well", 240)
