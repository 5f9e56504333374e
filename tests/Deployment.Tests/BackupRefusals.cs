namespace KafkaBackup.Deployment.Tests;

/// <summary>What is changed of a backup that has no more than it needs, of which field the API server complains then, and with which sentence.</summary>
internal static class BackupRefusals
{
    private const string AtLeastOne =
        "should be greater than or equal to 1";

    private const string Breaker =
        "outages are waited for, and storagePatienceSecs says how long: remove circuitBreaker";

    private const string Broker =
        "a broker is given as host:port, without a protocol in front, with a port from 1 to 65535; each is an entry of its own";

    private const string Http =
        "the endpoint begins with http://, so everything would travel unencrypted: use https://, or set allowHttp to true";

    private const string Id =
        """a backup id is the name of a folder: it is not empty, has no '/', no '\', no control characters, and does not begin with '.'""";

    private const string Metrics =
        "nodes serve metrics themselves, at /metrics of their port http: remove metrics";

    private const string OneWay =
        "there is one way to log in: keep one of useWorkloadIdentity, credentialsSecret, sasTokenSecret and servicePrincipalSecret";

    private const string Pair =
        "a client's certificate needs its key: give certKey and keyKey both, or neither";

    private const string Quota =
        "brokers limit what is read: remove it, and give the Kafka user a quota, consumer_byte_rate";

    private const string SaslAlone =
        "saslSecret is of no use without SASL: set securityProtocol to SASL_SSL or SASL_PLAINTEXT, or remove saslSecret";

    private const string Schedule =
        "a schedule has 5 fields (minute hour day month weekday), 6 with seconds in front or 7 with a year behind, of digits, names and * ? , - /; or is one of @yearly @monthly @weekly @daily @hourly";

    private const string SubPath =
        "subPath is a directory within the volume: write it without '/' in front and without '..'";

    private const string Topic =
        "this is no topic's name and no glob: those have letters, digits, '.', '_', '-', and '*' for any run of characters and '?' for one";

    private const string Url =
        "an endpoint is an address that begins with https:// or http://, without user and password";

    private const string Zone =
        "a time zone is given by its IANA name, such as Europe/Berlin or UTC";

    public static TheoryData<string, string, string> All { get; } = new()
    {
        // Kafka.
        { """{"kafkaCluster": {"bootstrapServers": []}}""", "spec.kafkaCluster.bootstrapServers", "should have at least 1 items" },
        { """{"kafkaCluster": {"bootstrapServers": ["kafka"]}}""", "spec.kafkaCluster.bootstrapServers[0]", Broker },
        { """{"kafkaCluster": {"bootstrapServers": ["SSL://kafka:9093"]}}""", "spec.kafkaCluster.bootstrapServers[0]", Broker },
        { """{"kafkaCluster": {"bootstrapServers": ["a:1", "b:65536"]}}""", "spec.kafkaCluster.bootstrapServers[1]", Broker },
        { """{"kafkaCluster": {"bootstrapServers": ["a:0"]}}""", "spec.kafkaCluster.bootstrapServers[0]", Broker },
        { """{"kafkaCluster": {"bootstrapServers": ["a:1,b:2"]}}""", "spec.kafkaCluster.bootstrapServers[0]", Broker },
        { """{"kafkaCluster": {"securityProtocol": "TLS"}}""", "spec.kafkaCluster.securityProtocol", "supported values: \"PLAINTEXT\", \"SSL\", \"SASL_PLAINTEXT\", \"SASL_SSL\"" },
        { """{"kafkaCluster": {"securityProtocol": "SASL_SSL"}}""", "spec.kafkaCluster.saslSecret", "securityProtocol SASL_PLAINTEXT or SASL_SSL logs in: name the Secret with the password in saslSecret" },
        { """{"kafkaCluster": {"saslSecret": {"name": "u", "mechanism": "PLAIN"}}}""", "spec.kafkaCluster.saslSecret", SaslAlone },
        { """{"kafkaCluster": {"securityProtocol": "SSL", "saslSecret": {"name": "u", "mechanism": "PLAIN"}}}""", "spec.kafkaCluster.saslSecret", SaslAlone },
        { """{"kafkaCluster": {"tlsSecret": {"name": "u"}}}""", "spec.kafkaCluster.tlsSecret", "tlsSecret is of no use without TLS: set securityProtocol to SSL or SASL_SSL, or remove tlsSecret" },
        { """{"kafkaCluster": {"caSecret": {"name": "u"}}}""", "spec.kafkaCluster.caSecret", "caSecret is of no use without TLS: set securityProtocol to SSL or SASL_SSL, or remove caSecret" },
        { """{"kafkaCluster": {"securityProtocol": "SSL", "tlsSecret": {"name": "u", "certKey": "tls.crt"}}}""", "spec.kafkaCluster.tlsSecret", Pair },
        { """{"kafkaCluster": {"securityProtocol": "SSL", "tlsSecret": {"name": "u", "keyKey": "tls.key"}}}""", "spec.kafkaCluster.tlsSecret", Pair },
        { """{"kafkaCluster": {"securityProtocol": "SSL", "caSecret": {"name": "Authorities"}}}""", "spec.kafkaCluster.caSecret.name", "should match '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$'" },
        { """{"kafkaCluster": {"securityProtocol": "SSL", "caSecret": {"name": "u", "caKey": "a/b"}}}""", "spec.kafkaCluster.caSecret.caKey", "should match '^[-._a-zA-Z0-9]+$'" },
        { """{"kafkaCluster": {"securityProtocol": "SASL_SSL", "saslSecret": {"name": "u"}}}""", "spec.kafkaCluster.saslSecret.mechanism", "Required value" },
        { """{"kafkaCluster": {"securityProtocol": "SASL_SSL", "saslSecret": {"name": "u", "mechanism": "GSSAPI"}}}""", "spec.kafkaCluster.saslSecret.mechanism", "supported values: \"PLAIN\", \"SCRAM-SHA-256\", \"SCRAM-SHA-512\"" },
        { """{"kafkaCluster": {"securityProtocol": "SASL_SSL", "saslSecret": {"name": "u", "mechanism": "PLAIN", "username": "a", "usernameKey": "b"}}}""", "spec.kafkaCluster.saslSecret", "the user's name is given once: remove username, or usernameKey" },
        { """{"kafkaCluster": {"connection": {"keepaliveTimeSecs": 61}}}""", "spec.kafkaCluster.connection.keepaliveTimeSecs", "idle connections are probed at the intervals of the system: remove it, and set the sysctl net.ipv4.tcp_keepalive_time of the pods" },
        { """{"kafkaCluster": {"connection": {"keepaliveIntervalSecs": 21}}}""", "spec.kafkaCluster.connection.keepaliveIntervalSecs", "idle connections are probed at the intervals of the system: remove it, and set the sysctl net.ipv4.tcp_keepalive_intvl of the pods" },
        { """{"kafkaCluster": {"connection": {"connectionsPerBroker": 8}}}""", "spec.kafkaCluster.connection.connectionsPerBroker", "all partitions share one set of connections: remove it, and say in rateLimiting.maxConcurrentPartitions how many are at work at once" },

        // Storage.
        { """{"storage": {"storageType": "nfs"}}""", "spec.storage.storageType", "supported values: \"pvc\", \"s3\", \"azure\", \"gcs\"" },
        { """{"storage": {"pvc": null}}""", "spec.storage.pvc", "storageType is pvc, which is the default: name the claim in storage.pvc, or set storageType to s3, azure or gcs" },
        { """{"storage": {"storageType": "s3", "pvc": null}}""", "spec.storage.s3", "storageType is s3: name the bucket in storage.s3" },
        { """{"storage": {"storageType": "azure", "pvc": null}}""", "spec.storage.azure", "storageType is azure: name account and container in storage.azure" },
        { """{"storage": {"storageType": "gcs", "pvc": null}}""", "spec.storage.gcs", "storageType is gcs: name the bucket in storage.gcs" },
        { """{"storage": {"storageType": "gcs", "gcs": {"bucket": "b"}}}""", "spec.storage.pvc", "a backup lies in one place: remove storage.pvc, or set storageType to pvc" },
        { """{"storage": {"s3": {"bucket": "b", "region": "r"}}}""", "spec.storage.s3", "a backup lies in one place: remove storage.s3, or set storageType to s3" },
        { """{"storage": {"azure": {"container": "c", "accountName": "a"}}}""", "spec.storage.azure", "a backup lies in one place: remove storage.azure, or set storageType to azure" },
        { """{"storage": {"gcs": {"bucket": "b"}}}""", "spec.storage.gcs", "a backup lies in one place: remove storage.gcs, or set storageType to gcs" },
        { """{"storage": {"pvc": {"claimName": "My Claim"}}}""", "spec.storage.pvc.claimName", "should match '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$'" },
        { """{"storage": {"pvc": {"subPath": "/backups"}}}""", "spec.storage.pvc.subPath", SubPath },
        { """{"storage": {"pvc": {"subPath": "a/../../b"}}}""", "spec.storage.pvc.subPath", SubPath },
        { """{"storage": {"pvc": {"subPath": ".."}}}""", "spec.storage.pvc.subPath", SubPath },
        { """{"storage": {"pvc": {"create": {"enabled": true}}}}""", "spec.storage.pvc.create.enabled", "a claim is not made for you: make the PersistentVolumeClaim, name it in claimName, and remove create" },
        { """{"storage": {"storageType": "s3", "pvc": null, "s3": {"bucket": "b", "region": "r", "bucket": "s3://b"}}}""", "spec.storage.s3.bucket", "give the name of a bucket, without s3:// and without '/': what stands before keys goes to prefix" },
        { """{"storage": {"storageType": "s3", "pvc": null, "s3": {"bucket": "b", "region": "r", "region": ""}}}""", "spec.storage.s3.region", "should be at least 1 chars long" },
        { """{"storage": {"storageType": "s3", "pvc": null, "s3": {"bucket": "b", "region": "r", "endpoint": "minio:9000"}}}""", "spec.storage.s3.endpoint", Url },
        { """{"storage": {"storageType": "s3", "pvc": null, "s3": {"bucket": "b", "region": "r", "endpoint": "https://user:password@minio"}}}""", "spec.storage.s3.endpoint", Url },
        { """{"storage": {"storageType": "s3", "pvc": null, "s3": {"bucket": "b", "region": "r", "endpoint": "http://minio:9000"}}}""", "spec.storage.s3.endpoint", Http },
        { """{"storage": {"storageType": "s3", "pvc": null, "s3": {"bucket": "b", "region": "r", "endpoint": "http://minio:9000", "allowHttp": false}}}""", "spec.storage.s3.endpoint", Http },
        { """{"storage": {"storageType": "azure", "pvc": null, "azure": {"container": "c", "accountName": "a", "container": "c/d"}}}""", "spec.storage.azure.container", "give the name of a container, without azure:// and without '/': what stands before keys goes to prefix" },
        { """{"storage": {"storageType": "azure", "pvc": null, "azure": {"container": "c", "accountName": "a", "accountName": "a.blob.core.windows.net"}}}""", "spec.storage.azure.accountName", "give the name of a storage account, without its domain: an address goes to endpoint" },
        { """{"storage": {"storageType": "azure", "pvc": null, "azure": {"container": "c", "accountName": "a", "endpoint": "azurite"}}}""", "spec.storage.azure.endpoint", Url },
        { """{"storage": {"storageType": "azure", "pvc": null, "azure": {"container": "c", "accountName": "a", "endpoint": "http://azurite:10000/a"}}}""", "spec.storage.azure.endpoint", Http },
        { """{"storage": {"storageType": "azure", "pvc": null, "azure": {"container": "c", "accountName": "a", "useWorkloadIdentity": true, "credentialsSecret": {"name": "k"}}}}""", "spec.storage.azure", OneWay },
        { """{"storage": {"storageType": "azure", "pvc": null, "azure": {"container": "c", "accountName": "a", "sasTokenSecret": {"name": "k"}, "credentialsSecret": {"name": "k"}}}}""", "spec.storage.azure", OneWay },
        { """{"storage": {"storageType": "azure", "pvc": null, "azure": {"container": "c", "accountName": "a", "sasTokenSecret": {"name": "k"}, "servicePrincipalSecret": {"name": "k"}}}}""", "spec.storage.azure", OneWay },
        { """{"storage": {"storageType": "gcs", "pvc": null, "gcs": {"bucket": "gs://b"}}}""", "spec.storage.gcs.bucket", "give the name of a bucket, without gs:// and without '/': what stands before keys goes to prefix" },

        // What is backed up.
        { """{"topics": []}""", "spec.topics", "should have at least 1 items" },
        { """{"topics": [""]}""", "spec.topics[0]", Topic },
        { """{"topics": ["a", "~^orders$"]}""", "spec.topics[1]", Topic },
        { """{"excludeTopics": ["a b"]}""", "spec.excludeTopics[0]", Topic },
        { """{"backupId": ""}""", "spec.backupId", Id },
        { """{"backupId": "a/b"}""", "spec.backupId", Id },
        { """{"backupId": "a\\b"}""", "spec.backupId", Id },
        { """{"backupId": ".a"}""", "spec.backupId", Id },
        { """{"backupId": "a\nb"}""", "spec.backupId", Id },
        { """{"sourceClusterId": "a", "includeOffsetHeaders": false}""", "spec.sourceClusterId", "sourceClusterId is a header beside those of offsets: set includeOffsetHeaders to true, or remove sourceClusterId" },
        { """{"deletionPolicy": "Orphan"}""", "spec.deletionPolicy", "supported values: \"Retain\", \"Delete\"" },
        { """{"compression": "gzip"}""", "spec.compression", "supported values: \"none\", \"lz4\", \"zstd\"" },
        { """{"compressionLevel": 0}""", "spec.compressionLevel", AtLeastOne },
        { """{"compressionLevel": 23}""", "spec.compressionLevel", "should be less than or equal to 22" },
        { """{"segmentMaxBytes": 0}""", "spec.segmentMaxBytes", AtLeastOne },
        { """{"segmentMaxBytes": 2147483649, "compression": "lz4"}""", "spec.segmentMaxBytes", "lz4 segments hold at most 2147483648 bytes: set segmentMaxBytes to that or less, or compression to zstd" },
        { """{"segmentMaxIntervalMs": 0}""", "spec.segmentMaxIntervalMs", AtLeastOne },

        // When.
        { """{"continuous": true, "stopAtCurrentOffsets": true}""", "spec.stopAtCurrentOffsets", "a run either ends at the offsets of its beginning or never: set one of continuous and stopAtCurrentOffsets to false" },
        { """{"continuous": true, "schedule": "@daily"}""", "spec.schedule", "a continuous backup runs all the time: remove schedule, or set continuous to false" },
        { """{"continuous": true, "runDeadlineSecs": 60}""", "spec.runDeadlineSecs", "a continuous backup has no end to be in time for: remove runDeadlineSecs, or set continuous to false" },
        { """{"timeZone": "Europe/Berlin"}""", "spec.timeZone", "timeZone says when a schedule is due: add schedule, or remove timeZone" },
        { """{"schedule": "@daily", "timeZone": "Europe Berlin"}""", "spec.timeZone", Zone },
        { """{"schedule": "@daily", "timeZone": "../etc/passwd"}""", "spec.timeZone", Zone },
        { """{"schedule": ""}""", "spec.schedule", Schedule },
        { """{"schedule": "0 2 * *"}""", "spec.schedule", Schedule },
        { """{"schedule": "0 0 2 * * * * *"}""", "spec.schedule", Schedule },
        { """{"schedule": "@reboot"}""", "spec.schedule", Schedule },
        { """{"schedule": "TZ=UTC 0 2 * * *"}""", "spec.schedule", Schedule },
        { """{"schedule": "0 2 * * 5#2"}""", "spec.schedule", Schedule },
        { """{"runDeadlineSecs": 0}""", "spec.runDeadlineSecs", AtLeastOne },
        { """{"pollIntervalMs": 0}""", "spec.pollIntervalMs", AtLeastOne },
        { """{"storagePatienceSecs": 0}""", "spec.storagePatienceSecs", AtLeastOne },

        // What has one form only.
        { """{"checkpoint": {"intervalSecs": 0}}""", "spec.checkpoint.intervalSecs", AtLeastOne },
        { """{"checkpoint": {"storage": {"pvcName": "a"}}}""", "spec.checkpoint.storage", "what a run needs to go on lies in the storage of the backup: remove checkpoint.storage" },
        { """{"rateLimiting": {"recordsPerSec": 1000}}""", "spec.rateLimiting.recordsPerSec", Quota },
        { """{"rateLimiting": {"bytesPerSec": 1000}}""", "spec.rateLimiting.bytesPerSec", Quota },
        { """{"rateLimiting": {"maxConcurrentPartitions": 0}}""", "spec.rateLimiting.maxConcurrentPartitions", AtLeastOne },
        { """{"circuitBreaker": {"enabled": false}}""", "spec.circuitBreaker.enabled", Breaker },
        { """{"circuitBreaker": {"failureThreshold": 6}}""", "spec.circuitBreaker.failureThreshold", Breaker },
        { """{"circuitBreaker": {"resetTimeoutSecs": 61}}""", "spec.circuitBreaker.resetTimeoutSecs", Breaker },
        { """{"circuitBreaker": {"successThreshold": 1}}""", "spec.circuitBreaker.successThreshold", Breaker },
        { """{"circuitBreaker": {"operationTimeoutMs": 1}}""", "spec.circuitBreaker.operationTimeoutMs", Breaker },
        { """{"retention": {"enabled": true}}""", "spec.retention.enabled", "all runs go into one backup, so there are no old copies to delete, and data is only ever deleted by you: remove retention" },
        { """{"retention": {"maxAgeDays": 0}}""", "spec.retention.maxAgeDays", AtLeastOne },
        { """{"retention": {"keepLast": 0}}""", "spec.retention.keepLast", AtLeastOne },
        { """{"metrics": {"enabled": false}}""", "spec.metrics.enabled", Metrics },
        { """{"metrics": {"port": 8080}}""", "spec.metrics.port", Metrics },
        { """{"metrics": {"bindAddress": "127.0.0.1"}}""", "spec.metrics.bindAddress", Metrics },
        { """{"metrics": {"path": "/numbers"}}""", "spec.metrics.path", Metrics },
        { """{"metrics": {"updateIntervalMs": 1000}}""", "spec.metrics.updateIntervalMs", Metrics },
        { """{"metrics": {"maxPartitionLabels": 0}}""", "spec.metrics.maxPartitionLabels", Metrics },
    };
}
