"""A continuous backup over TLS whose client certificate is renewed, while the one before ends."""
import datetime
import os
import subprocess
import time

import common
from kube import BACKUPS, until
from operating import phase, status, told

LIFE = 200  # Seconds that the first certificate is good for: it has to be long enough for a slow machine to begin.
CONFIG = """[ca]
default_ca = here
[here]
database = {folder}/index
new_certs_dir = {folder}
serial = {folder}/serial
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[client]
extendedKeyUsage = clientAuth
"""


def certificate(folder, name, seconds):
    """Makes one of the authority of the broker, that ends after so many seconds; gives certificate and key as texts."""
    authority, path = os.path.join(os.environ["KAFKA_DIR"], "certs"), lambda kind: os.path.join(folder, name + kind)
    if not os.path.exists(os.path.join(folder, "openssl.cnf")):
        os.makedirs(folder)
        for file, text in (("openssl.cnf", CONFIG.format(folder=folder)), ("index", ""), ("serial", "%016x\n" % (time.time_ns() // 1000))):
            with open(os.path.join(folder, file), "w", encoding="utf-8") as out:
                out.write(text)
    run = lambda *words: subprocess.run(["openssl", *words], check=True, capture_output=True)
    run("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-keyout", path(".key"), "-out", path(".csr"), "-subj", "/CN=" + name)
    moment = lambda seconds: (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).strftime("%y%m%d%H%M%SZ")
    run("ca", "-batch", "-notext", "-config", os.path.join(folder, "openssl.cnf"), "-extensions", "client", "-cert", os.path.join(authority, "ca.crt"), "-keyfile", os.path.join(authority, "ca.key"),
        "-startdate", moment(-60), "-enddate", moment(seconds), "-in", path(".csr"), "-out", path(".crt"))
    texts = []
    for kind in (".crt", ".key"):
        with open(path(kind), encoding="utf-8") as file:
            texts.append(file.read())
    return texts


def give(stage, pair):
    stage.space.secret("client", **{"tls.crt": pair[0], "tls.key": pair[1]})


def renewed(report, stage, topic):
    kafka, folder, own = stage.kafka, os.path.join(stage.folder, "certificates"), topic + "-tls"
    records = kafka.load(own, 500, 3, 11, create=True)
    with open(os.environ["KAFKA_CA_PEM"], encoding="utf-8") as file:
        stage.space.secret("authority", **{"ca.crt": file.read()})
    began = time.monotonic()
    give(stage, certificate(folder, "first", LIFE))
    spec = stage.spec("renewed", [own], continuous=True, segmentMaxIntervalMs=1_000)
    spec["kafkaCluster"] = {"bootstrapServers": [os.environ["KAFKA_SASL_SSL_BOOTSTRAP_SERVERS"]], "securityProtocol": "SASL_SSL", "tlsSecret": {"name": "client", "certKey": "tls.crt", "keyKey": "tls.key"},
                            "caSecret": {"name": "authority"}, "saslSecret": {"name": "user", "mechanism": "SCRAM-SHA-512"}}
    spec["storage"]["s3"]["credentialsSecret"] = {"name": "store"}
    stage.space.make(BACKUPS, "renewed", spec)
    backup, processes = stage.backup("renewed", [own]), [node.process.pid for node in stage.cluster.nodes]
    fetched(report, stage, backup, own, "renewed: by a client certificate that ends soon %d records are fetched" % records)
    give(stage, certificate(folder, "second", 86_400))
    kafka.load(own, 100, 3, 12)
    fetched(report, stage, backup, own, "renewed: a Secret with another certificate in place of that one changes nothing of what is under way")
    left = LIFE + 5 - (time.monotonic() - began)
    report.check(left > -60, "renewed: the certificate was good all that time")
    time.sleep(max(30, left))  # Nodes look for Secrets every 20 s.
    for number in range(2):
        subprocess.run([os.path.join(os.environ["KAFKA_HOME"], "node"), "restart", "1", os.environ["KAFKA_DIR"]], check=True, capture_output=True)
        kafka.load(own, 100, 3, 13 + number)
        fetched(report, stage, backup, own, "renewed: the first one has ended, the broker was restarted for the %d. time, and it goes on with the second" % (number + 1))
    report.check(processes == [node.process.pid for node in stage.cluster.nodes] and all(node.is_alive() for node in stage.cluster.nodes), "renewed: the nodes are the same processes")
    report.check(phase(stage.space.get(BACKUPS, "renewed")) == "Running" and len(stage.runs("renewed")) == 1, "renewed: it is the same run", (told(stage.space.get(BACKUPS, "renewed")), stage.runs("renewed")))
    stage.space.secret("client", **{"tls.crt": "spoilt", "tls.key": "spoilt"})
    time.sleep(30)
    subprocess.run([os.path.join(os.environ["KAFKA_HOME"], "node"), "restart", "1", os.environ["KAFKA_DIR"]], check=True, capture_output=True)
    kafka.load(own, 100, 3, 15)
    time.sleep(20)
    found = stage.space.get(BACKUPS, "renewed")
    report.note("with a certificate that is none: %s, %s" % (phase(found), status(found).get("message")))
    give(stage, certificate(folder, "third", 86_400))
    fetched(report, stage, backup, own, "renewed: a certificate that is none is got over, once there is one")
    stage.suspended("renewed")
    common.whole(report, backup, kafka.digests([own]), "renewed")


def fetched(report, stage, backup, topic, sentence):
    """All that is there now is in the backup."""
    behind = {where: row["last"] + 1 for where, row in stage.kafka.digest(topic).items()}
    good = until(lambda: os.path.exists(backup.path("manifest.json")) and covers(backup, behind), 240)
    report.check(good, sentence, told(stage.space.get(BACKUPS, "renewed")))


def covers(backup, behind):
    try:
        return all(backup.covered().get(where, 0) >= end for where, end in behind.items())
    except Exception:
        return False  # It is written at this moment.
