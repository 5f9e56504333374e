"""Where the checks keep their backups: in a folder, or in a bucket whose objects can be seen as files."""
import datetime
import hashlib
import hmac
import json
import os
import shutil
import urllib.parse
import urllib.request


class Folders:
    """Each scenario's store is a folder in its own."""
    name = "filesystem"

    def root(self, folder):
        """Where the objects are to be found as files."""
        return os.path.join(folder, "store")

    def prepare(self, folder):
        os.makedirs(self.root(folder), exist_ok=True)

    def section(self, folder):
        """The section `storage` of a configuration, line by line."""
        return ["backend: filesystem", "path: " + self.root(folder)]

    def address(self, folder):
        """What `--path` is given."""
        return self.root(folder)

    def shown(self, folder):
        """How the program calls the store."""
        return self.root(folder)

    def write(self, folder, path, content):
        """Replaces the object that lies at `path` as another program would."""
        with open(path, "wb") as file:
            file.write(content)

    def empty(self, folder):
        """Removes a scenario with all that it has stored."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(self.root(folder), ignore_errors=True)


class Bucket(Folders):
    """Each scenario's store is a prefix, made of its folder's name. `files` mirrors the bucket: what is changed there changes the objects."""
    name = "s3"

    def __init__(self, endpoint, bucket, files, patience=None):
        self.endpoint, self.bucket, self.files, self.patience = endpoint, bucket, files, patience

    def prefix(self, folder):
        return "acceptance" + os.path.abspath(folder)

    def root(self, folder):
        return os.path.join(self.files, self.prefix(folder))

    def prepare(self, folder):
        pass  # A bucket has no folders.

    def section(self, folder):
        return ["backend: s3", "bucket: " + self.bucket, "prefix: " + self.prefix(folder), "endpoint: " + self.endpoint, "allow_http: true",
                *(["patience_secs: %d" % self.patience] if self.patience else [])]

    def address(self, folder):
        return "%s?endpoint=%s" % (self.shown(folder), self.endpoint)

    def shown(self, folder):
        return "s3://%s/%s" % (self.bucket, self.prefix(folder))

    def write(self, folder, path, content):
        """By the server: a file that is written behind its back would keep its old ETag, or have none."""
        put(self.endpoint, "/%s/%s" % (self.bucket, os.path.relpath(path, self.files)), content)

    def policy(self, statements):
        """Gives the bucket a policy of these statements; None takes it away."""
        put(self.endpoint, "/" + self.bucket, json.dumps({"Version": "2012-10-17", "Statement": statements}).encode() if statements else b"", "PUT" if statements else "DELETE", "policy")


def put(endpoint, path, content, method="PUT", query=None):
    """PUT of an object, signed (version 4) with the credentials of the environment."""
    host, path, digest = urllib.parse.urlsplit(endpoint).netloc, urllib.parse.quote(path), hashlib.sha256(content).hexdigest()
    stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    region = os.environ.get("AWS_REGION", "us-east-1")
    scope, names = "%s/%s/s3/aws4_request" % (stamp[:8], region), "host;x-amz-content-sha256;x-amz-date"
    request = "%s\n%s\n%s\nhost:%s\nx-amz-content-sha256:%s\nx-amz-date:%s\n\n%s\n%s" % (method, path, query + "=" if query else "", host, digest, stamp, names, digest)
    key = ("AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()
    for part in (stamp[:8], region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    text = "AWS4-HMAC-SHA256\n%s\n%s\n%s" % (stamp, scope, hashlib.sha256(request.encode()).hexdigest())
    signature = hmac.new(key, text.encode(), "sha256").hexdigest()
    urllib.request.urlopen(urllib.request.Request(endpoint + path + ("?" + query if query else ""), content, method=method, headers={
        "x-amz-date": stamp, "x-amz-content-sha256": digest, "Content-Type": "application/octet-stream",
        "Authorization": "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (os.environ["AWS_ACCESS_KEY_ID"], scope, names, signature)})).close()


def add_options(parser):
    parser.add_argument("--store", choices=["filesystem", "s3"], default="filesystem",
                        help="where backups are kept; s3: as KAFKA_BACKUP_TEST_S3, KAFKA_BACKUP_TEST_S3_BUCKET and AWS_* say")
    parser.add_argument("--store-files", metavar="DIR", help="with s3: the directory in which the server keeps the bucket's objects as plain files")


def chosen(parser, args):
    """The stores that the options name."""
    if args.store == "filesystem":
        return Folders()
    endpoint = os.environ.get("KAFKA_BACKUP_TEST_S3")
    if not endpoint or not args.store_files or not os.path.isdir(args.store_files):
        parser.error("--store s3 wants KAFKA_BACKUP_TEST_S3 (http://host:port) and --store-files with a directory that is there")
    return Bucket(endpoint, os.environ.get("KAFKA_BACKUP_TEST_S3_BUCKET", "kafka-backups"), os.path.abspath(args.store_files))
