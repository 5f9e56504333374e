namespace KafkaBackup.Deployment.Tests;

/// <summary>What is changed of a restore that has no more than it needs, of which field the API server complains then, and with which sentence.</summary>
internal static class RestoreRefusals
{
    private const string AtLeastOne =
        "should be greater than or equal to 1";

    private const string AtLeastZero =
        "should be greater than or equal to 0";

    private const string Name =
        "this is no name that Kafka takes for a topic: it has letters, digits, '.', '_' and '-'";

    private const string Number =
        "the keys of partitionMapping are numbers of partitions in the backup, from 0 on";

    private const string Order =
        "the end is before the start, so no record would be restored: exchange the two";

    private const string Time =
        "records have times since 1970: give a later one, or remove it";

    private const string Topic =
        "this is no topic's name and no glob: those have letters, digits, '.', '_', '-', and '*' for any run of characters and '?' for one; a regular expression begins with '~'";

    public static TheoryData<string, string, string> All { get; } = new()
    {
        // Which backup.
        { """{"backupRef": {"name": ""}}""", "spec.backupRef.name", "name the KafkaBackup in name, or say in storage and backupId where the backup lies" },
        { """{"backupRef": {"name": "Production"}}""", "spec.backupRef.name", "should match '^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$'" },
        { """{"backupRef": {"namespace": "a.b"}}""", "spec.backupRef.namespace", "should match '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'" },
        { """{"backupRef": {"storage": {"pvc": {"claimName": "c"}}}}""", "spec.backupRef.backupId", "storage says where backups lie, and backupId which of them is restored: give it, too" },
        { """{"backupRef": {"backupId": "../a"}}""", "spec.backupRef.backupId", """a backup id is the name of a folder: it is not empty, has no '/', no '\', no control characters, and does not begin with '.'""" },
        { """{"backupRef": {"backupId": "a", "storage": {"storageType": "gcs"}}}""", "spec.backupRef.storage.gcs", "storageType is gcs: name the bucket in storage.gcs" },

        // What of it.
        { """{"topics": ["orders", "a b"]}""", "spec.topics[1]", Topic },
        { """{"topics": [""]}""", "spec.topics[0]", Topic },
        { """{"topics": ["~"]}""", "spec.topics[0]", Topic },
        { """{"pitr": {"startTimestamp": 1, "startTime": "2026-11-29T14:03:00Z"}}""", "spec.pitr.startTime", "the start is given once: remove startTimestamp, or startTime" },
        { """{"pitr": {"endTimestamp": 1, "endTime": "2026-11-29T14:03:00Z"}}""", "spec.pitr.endTime", "the end is given once: remove endTimestamp, or endTime" },
        { """{"pitr": {"startTimestamp": 2, "endTimestamp": 1}}""", "spec.pitr", Order },
        { """{"pitr": {"startTime": "2026-11-29T14:03:00.002Z", "endTime": "2026-11-29T14:03:00.001Z"}}""", "spec.pitr", Order },
        { """{"pitr": {"startTime": "1970-01-01T00:00:01.002Z", "endTimestamp": 1001}}""", "spec.pitr", Order },
        { """{"pitr": {"startTimestamp": 1003, "endTime": "1970-01-01T00:00:01.002Z"}}""", "spec.pitr", Order },
        { """{"pitr": {"startTimestamp": -1}}""", "spec.pitr.startTimestamp", AtLeastZero },
        { """{"pitr": {"endTimestamp": -1}}""", "spec.pitr.endTimestamp", AtLeastZero },
        { """{"pitr": {"startTime": "1969-12-31T00:00:00Z"}}""", "spec.pitr.startTime", Time },
        { """{"pitr": {"endTime": "1969-12-31T00:00:00Z"}}""", "spec.pitr.endTime", Time },
        { """{"pitr": {"endTime": "yesterday"}}""", "spec.pitr.endTime", "must be of type date-time: \"yesterday\"" },

        // To where.
        { """{"topicMapping": {"orders": "a/b"}}""", "spec.topicMapping[orders]", Name },
        { """{"topicMapping": {"orders": ".."}}""", "spec.topicMapping[orders]", Name },
        { """{"partitionMapping": {"a": 1}}""", "spec.partitionMapping", Number },
        { """{"partitionMapping": {"-1": 1}}""", "spec.partitionMapping", Number },
        { """{"partitionMapping": {"1": -1}}""", "spec.partitionMapping.1", AtLeastZero },
        { """{"repartitioning": {"orders": {"targetPartitions": 0}}}""", "spec.repartitioning.orders.targetPartitions", AtLeastOne },
        { """{"repartitioning": {"orders": {"targetPartitions": 10001}}}""", "spec.repartitioning.orders.targetPartitions", "should be less than or equal to 10000" },
        { """{"repartitioning": {"orders": {"targetPartitions": 2, "strategy": "random"}}}""", "spec.repartitioning.orders.strategy", "supported values: \"murmur2\", \"automatic\"" },
        { """{"defaultReplicationFactor": 0}""", "spec.defaultReplicationFactor", "a topic has one replica at least: give 1 or more, -1 for the target's own number, or remove it" },
        { """{"defaultReplicationFactor": -2}""", "spec.defaultReplicationFactor", "should be greater than or equal to -1" },

        // How.
        { """{"produceAcks": 2}""", "spec.produceAcks", "supported values: \"-1\", \"0\", \"1\"" },
        { """{"produceBatchSize": 500}""", "spec.produceBatchSize", "batches are as large as the topic takes: remove produceBatchSize" },
        { """{"produceTimeoutMs": 99}""", "spec.produceTimeoutMs", "should be greater than or equal to 100" },
        { """{"produceTimeoutMs": 240001}""", "spec.produceTimeoutMs", "should be less than or equal to 240000" },
        { """{"rateLimiting": {"recordsPerSec": -1}}""", "spec.rateLimiting.recordsPerSec", AtLeastZero },
        { """{"rateLimiting": {"bytesPerSec": -1}}""", "spec.rateLimiting.bytesPerSec", AtLeastZero },
        { """{"rateLimiting": {"maxConcurrentPartitions": 0}}""", "spec.rateLimiting.maxConcurrentPartitions", AtLeastOne },
        { """{"rateLimiting": {"maxConcurrentPartitions": 1001}}""", "spec.rateLimiting.maxConcurrentPartitions", "should be less than or equal to 1000" },
        { """{"storagePatienceSecs": 0}""", "spec.storagePatienceSecs", AtLeastOne },
        { """{"circuitBreaker": {"failureThreshold": 6}}""", "spec.circuitBreaker.failureThreshold", "outages are waited for, and storagePatienceSecs says how long: remove circuitBreaker" },
        { """{"kafkaCluster": {"securityProtocol": "SASL_SSL"}}""", "spec.kafkaCluster.saslSecret", "securityProtocol SASL_PLAINTEXT or SASL_SSL logs in: name the Secret with the password in saslSecret" },

        // Consumer groups.
        { """{"autoConsumerGroups": true, "offsetReset": {"enabled": true, "consumerGroups": ["a"]}}""", "spec.offsetReset.consumerGroups", "autoConsumerGroups takes all groups, and offsetReset names some: set autoConsumerGroups to false, or consumerGroups to []" },
        { """{"offsetReset": {"enabled": true, "consumerGroups": []}}""", "spec.offsetReset.consumerGroups", "offsetReset sets groups, and none is named: name them in consumerGroups, or set autoConsumerGroups to true" },
        { """{"offsetReset": {"enabled": true}}""", "spec.offsetReset.consumerGroups", "Required value" },
        { """{"offsetReset": {"consumerGroups": ["a"], "strategy": "earliest"}}""", "spec.offsetReset.strategy", "supported values: \"manual\", \"dry-run\", \"dry_run\", \"skip\", \"header-based\", \"auto\", \"timestamp-based\", \"timestamp\", \"cluster-scan\"" },
        { """{"rollback": {"snapshotRetentionHours": 48}}""", "spec.rollback.snapshotRetentionHours", "a snapshot stays until you delete it with kafka-backup offset-rollback delete: remove snapshotRetentionHours" },
        { """{"rollback": {"snapshotBeforeRestore": true}}""", "spec.rollback.snapshotBeforeRestore", "a restore keeps no offsets of the target: remove snapshotBeforeRestore, and run kafka-backup offset-rollback snapshot before" },
        { """{"rollback": {"autoRollbackOnFailure": true}}""", "spec.rollback.autoRollbackOnFailure", "groups are set once all is restored and counted, so there is nothing to roll back before: remove autoRollbackOnFailure, and use kafka-backup offset-rollback afterwards" },
        { """{"rollback": {"snapshotStorage": {"pvcName": "a"}}}""", "spec.rollback.snapshotStorage", "offsets of groups are kept beside the backup, in offset-snapshots of its storage: remove rollback.snapshotStorage" },
    };
}
