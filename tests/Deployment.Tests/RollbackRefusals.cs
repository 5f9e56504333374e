namespace KafkaBackup.Deployment.Tests;

/// <summary>What is changed of a rollback that has no more than it needs, of which field the API server complains then, and with which sentence.</summary>
internal static class RollbackRefusals
{
    private const string OnePlace =
        "a snapshot lies in one place: keep one of pvcName, storage and offsetResetRef";

    private const string Path =
        "path is a folder within the volume: write it without '/' in front and without '..'";

    private const string Restore =
        "a restore keeps no snapshot: name a KafkaOffsetReset in offsetResetRef, or what kafka-backup offset-rollback snapshot has kept in name and storage";

    public static TheoryData<string, string, string> All { get; } = new()
    {
        // Which snapshot.
        { """{"snapshotRef": {"name": null, "offsetResetRef": "r"}}""", "spec.snapshotRef.name", "Required value" },
        { """{"snapshotRef": {"name": ""}}""", "spec.snapshotRef.name", "name the snapshot in name, or the KafkaOffsetReset that has kept it in offsetResetRef" },
        { """{"snapshotRef": {"name": "", "pvcName": "c"}}""", "spec.snapshotRef.name", "name the snapshot in name, or the KafkaOffsetReset that has kept it in offsetResetRef" },
        { """{"snapshotRef": {"name": "../snap-1"}}""", "spec.snapshotRef.name", "should match '^([a-zA-Z0-9_-][a-zA-Z0-9._-]*)?$'" },
        { """{"snapshotRef": {"pvcName": "My Claim"}}""", "spec.snapshotRef.pvcName", "should match '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$'" },
        { """{"snapshotRef": {"path": "kafka"}}""", "spec.snapshotRef.pvcName", "path is a folder of a claim: name that in pvcName" },
        { """{"snapshotRef": {"pvcName": "c", "path": "/snapshots/snap-1.json"}}""", "spec.snapshotRef.path", Path },
        { """{"snapshotRef": {"pvcName": "c", "path": "a/../../b"}}""", "spec.snapshotRef.path", Path },
        { """{"snapshotRef": {"offsetResetRef": "Reset"}}""", "spec.snapshotRef.offsetResetRef", "should match '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$'" },
        { """{"snapshotRef": {"pvcName": "c", "offsetResetRef": "r"}}""", "spec.snapshotRef", OnePlace },
        { """{"snapshotRef": {"pvcName": "c", "storage": {"pvc": {"claimName": "c"}}}}""", "spec.snapshotRef", OnePlace },
        { """{"snapshotRef": {"offsetResetRef": "r", "storage": {"pvc": {"claimName": "c"}}}}""", "spec.snapshotRef", OnePlace },
        { """{"snapshotRef": {"storage": {"storageType": "gcs"}}}""", "spec.snapshotRef.storage.gcs", "storageType is gcs: name the bucket in storage.gcs" },
        { """{"snapshotRef": {"restoreRef": "r"}}""", "spec.snapshotRef.restoreRef", Restore },
        { """{"snapshotRef": {"name": "", "restoreRef": "r"}}""", "spec.snapshotRef.restoreRef", Restore },

        // Which groups.
        { """{"consumerGroups": [""]}""", "spec.consumerGroups[0]", "should be at least 1 chars long" },
        { """{"kafkaCluster": null}""", "spec.kafkaCluster", "Required value" },
        { """{"kafkaCluster": {"securityProtocol": "SASL_SSL"}}""", "spec.kafkaCluster.saslSecret", "securityProtocol SASL_PLAINTEXT or SASL_SSL logs in: name the Secret with the password in saslSecret" },
        { """{"kafkaCluster": {"connection": {"connectionsPerBroker": 8}}}""", "spec.kafkaCluster.connection.connectionsPerBroker", "all partitions share one set of connections: remove it" },
    };
}
