namespace KafkaBackup.Deployment.Tests;

/// <summary>What is changed of a validation that has no more than it needs, of which field the API server complains then, and with which sentence.</summary>
internal static class ValidationRefusals
{
    private const string Cluster =
        "messageCount, offsetRange and consumerGroupOffsets look at a Kafka cluster: give kafkaCluster, or enable none of them beside customWebhooks";

    private const string None =
        "a validation without a check finds nothing: enable messageCount, offsetRange or consumerGroupOffsets, or give customWebhooks";

    private const string Notifications =
        "what was found is told by conditions and Events, which alerts are made of: remove notifications";

    private const string Url =
        "a webhook is an address that begins with https:// or http://, without user and password";

    public static TheoryData<string, string, string> All { get; } = new()
    {
        // Which backup.
        { """{"backupRef": {"name": ""}}""", "spec.backupRef.name", "name the KafkaBackup in name, or say in storage and backupId where the backup lies" },
        { """{"backupRef": {"name": "Production"}}""", "spec.backupRef.name", "should match '^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$'" },
        { """{"backupRef": {"namespace": "a.b"}}""", "spec.backupRef.namespace", "should match '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'" },
        { """{"backupRef": {"storage": {"pvc": {"claimName": "c"}}}}""", "spec.backupRef.backupId", "storage says where backups lie, and backupId which of them is compared: give it, too" },
        { """{"backupRef": {"backupId": "../a"}}""", "spec.backupRef.backupId", """a backup id is the name of a folder: it is not empty, has no '/', no '\', no control characters, and does not begin with '.'""" },
        { """{"backupRef": {"backupId": "a", "storage": {"storageType": "gcs"}}}""", "spec.backupRef.storage.gcs", "storageType is gcs: name the bucket in storage.gcs" },

        // With which cluster.
        { """{"kafkaCluster": null}""", "spec.kafkaCluster", Cluster },
        { """{"kafkaCluster": null, "checks": {"messageCount": null, "offsetRange": {}}}""", "spec.kafkaCluster", Cluster },
        { """{"kafkaCluster": null, "checks": {"messageCount": null, "consumerGroupOffsets": {}, "customWebhooks": [{"name": "a", "url": "https://a"}]}}""", "spec.kafkaCluster", Cluster },
        { """{"kafkaCluster": {"securityProtocol": "SASL_SSL"}}""", "spec.kafkaCluster.saslSecret", "securityProtocol SASL_PLAINTEXT or SASL_SSL logs in: name the Secret with the password in saslSecret" },
        { """{"kafkaCluster": {"connection": {"connectionsPerBroker": 8}}}""", "spec.kafkaCluster.connection.connectionsPerBroker", "all partitions share one set of connections: remove it" },

        // What is checked.
        { """{"checks": null}""", "spec.checks", "Required value" },
        { """{"checks": {"messageCount": null}}""", "spec.checks", None },
        { """{"checks": {"messageCount": {"enabled": false}, "offsetRange": {"enabled": false}, "consumerGroupOffsets": {"enabled": false}, "customWebhooks": []}}""", "spec.checks", None },
        { """{"checks": {"messageCount": {"failThreshold": -1}}}""", "spec.checks.messageCount.failThreshold", "should be greater than or equal to 0" },
        { """{"checks": {"messageCount": {"topics": ["orders", "payments*"]}}}""", "spec.checks.messageCount.topics[1]", "this is no name that Kafka takes for a topic: it has letters, digits, '.', '_' and '-'" },
        { """{"checks": {"consumerGroupOffsets": {"consumerGroups": [""]}}}""", "spec.checks.consumerGroupOffsets.consumerGroups[0]", "should be at least 1 chars long" },
        { """{"checks": {"customWebhooks": [{"url": "https://a"}]}}""", "spec.checks.customWebhooks[0].name", "Required value" },
        { """{"checks": {"customWebhooks": [{"name": "", "url": "https://a"}]}}""", "spec.checks.customWebhooks[0].name", "should be at least 1 chars long" },
        { """{"checks": {"customWebhooks": [{"name": "a"}]}}""", "spec.checks.customWebhooks[0].url", "Required value" },
        { """{"checks": {"customWebhooks": [{"name": "a", "url": "https://a"}, {"name": "b", "url": "ftp://b"}]}}""", "spec.checks.customWebhooks[1].url", Url },
        { """{"checks": {"customWebhooks": [{"name": "a", "url": "https://user:password@a"}]}}""", "spec.checks.customWebhooks[0].url", Url },
        { """{"checks": {"customWebhooks": [{"name": "a", "url": "https://a", "timeoutSecs": 0}]}}""", "spec.checks.customWebhooks[0].timeoutSecs", "should be greater than or equal to 1" },
        { """{"checks": {"customWebhooks": [{"name": "a", "url": "https://a", "timeoutSecs": 601}]}}""", "spec.checks.customWebhooks[0].timeoutSecs", "should be less than or equal to 600" },
        { """{"checks": {"customWebhooks": [{"name": "a", "url": "https://a", "expectedStatusCode": 99}]}}""", "spec.checks.customWebhooks[0].expectedStatusCode", "should be greater than or equal to 100" },
        { """{"checks": {"customWebhooks": [{"name": "a", "url": "https://a", "expectedStatusCode": 600}]}}""", "spec.checks.customWebhooks[0].expectedStatusCode", "should be less than or equal to 599" },

        // What has one form only.
        { """{"evidence": {"formats": ["json", "pdf"]}}""", "spec.evidence.formats", "a report is JSON: remove pdf, or all of formats" },
        { """{"evidence": {"formats": []}}""", "spec.evidence.formats", "should have at least 1 items" },
        { """{"evidence": {"formats": ["html"]}}""", "spec.evidence.formats[0]", "supported values: \"json\", \"pdf\"" },
        { """{"evidence": {"signing": {"enabled": true, "keySecret": {"name": "k"}}}}""", "spec.evidence.signing.enabled", "reports have no signature: remove signing, and sign them with a tool of yours where that is needed" },
        { """{"evidence": {"storage": {"storageType": "pvc", "pvc": {"claimName": "c"}}}}""", "spec.evidence.storage", "a report lies beside the backup: remove storage" },
        { """{"evidence": {"retentionDays": 30}}""", "spec.evidence.retentionDays", "reports are never deleted: remove retentionDays" },
        { """{"notifications": {}}""", "spec.notifications", Notifications },
        { """{"notifications": {"slack": {"webhookSecret": {"name": "s", "key": "url"}}}}""", "spec.notifications", Notifications },
        { """{"notifications": {"pagerduty": {"routingKeySecret": {"name": "s", "key": "k"}, "severity": "critical"}}}""", "spec.notifications", Notifications },

        // When.
        { """{"timeZone": "Europe/Berlin"}""", "spec.timeZone", "timeZone says when a schedule is due: add schedule, or remove timeZone" },
        { """{"schedule": "@daily", "timeZone": "Europe Berlin"}""", "spec.timeZone", "a time zone is given by its IANA name, such as Europe/Berlin or UTC" },
        { """{"schedule": "0 2 * *"}""", "spec.schedule", "a schedule has 5 fields (minute hour day month weekday), 6 with seconds in front or 7 with a year behind, of digits, names and * ? , - /; or is one of @yearly @monthly @weekly @daily @hourly" },
    };
}
