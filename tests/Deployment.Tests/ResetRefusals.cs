namespace KafkaBackup.Deployment.Tests;

/// <summary>What is changed of a reset that has no more than it needs, of which field the API server complains then, and with which sentence.</summary>
internal static class ResetRefusals
{
    private const string AtLeastZero =
        "should be greater than or equal to 0";

    private const string Topic =
        "this is no name that Kafka takes for a topic: it has letters, digits, '.', '_' and '-'";

    public static TheoryData<string, string, string> All { get; } = new()
    {
        // Which groups.
        { """{"consumerGroups": null}""", "spec.consumerGroups", "Required value" },
        { """{"consumerGroups": []}""", "spec.consumerGroups", "should have at least 1 items" },
        { """{"consumerGroups": ["billing", ""]}""", "spec.consumerGroups[1]", "should be at least 1 chars long" },
        { """{"topics": ["orders", "payments*"]}""", "spec.topics[1]", Topic },
        { """{"topics": [".."]}""", "spec.topics[0]", Topic },
        { """{"kafkaCluster": {"securityProtocol": "SASL_SSL"}}""", "spec.kafkaCluster.saslSecret", "securityProtocol SASL_PLAINTEXT or SASL_SSL logs in: name the Secret with the password in saslSecret" },
        { """{"kafkaCluster": {"connection": {"connectionsPerBroker": 8}}}""", "spec.kafkaCluster.connection.connectionsPerBroker", "all partitions share one set of connections: remove it" },

        // To where.
        { """{"resetStrategy": null}""", "spec.resetStrategy", "Required value" },
        { """{"resetStrategy": "earliest"}""", "spec.resetStrategy", "supported values: \"to-earliest\", \"to-latest\", \"to-timestamp\", \"to-offset\", \"from-mapping\"" },
        { """{"resetStrategy": "to-timestamp"}""", "spec.resetTimestamp", "to-timestamp sets groups to a moment: give it in resetTimestamp, in milliseconds since 1970" },
        { """{"resetStrategy": "to-timestamp", "resetTimestamp": -1}""", "spec.resetTimestamp", AtLeastZero },
        { """{"resetTimestamp": 1795953600000}""", "spec.resetTimestamp", "resetTimestamp is of no use with another strategy: set resetStrategy to to-timestamp, or remove resetTimestamp" },
        { """{"resetStrategy": "to-offset"}""", "spec.resetOffset", "to-offset sets groups to one offset: give it in resetOffset" },
        { """{"resetStrategy": "to-offset", "resetOffset": -1}""", "spec.resetOffset", AtLeastZero },
        { """{"resetOffset": 0}""", "spec.resetOffset", "resetOffset is of no use with another strategy: set resetStrategy to to-offset, or remove resetOffset" },
        { """{"resetStrategy": "from-mapping"}""", "spec.offsetMappingRef", "from-mapping sets groups by what a restore has noted: name the KafkaRestore in offsetMappingRef.restoreName" },
        { """{"offsetMappingRef": {"restoreName": "r"}}""", "spec.offsetMappingRef", "offsetMappingRef is of no use with another strategy: set resetStrategy to from-mapping, or remove offsetMappingRef" },
        { """{"resetStrategy": "from-mapping", "offsetMappingRef": {}}""", "spec.offsetMappingRef.restoreName", "the mapping is that of a restore: name the KafkaRestore in restoreName" },
        { """{"resetStrategy": "from-mapping", "offsetMappingRef": {"restoreName": ""}}""", "spec.offsetMappingRef.restoreName", "should match '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$'" },
        { """{"resetStrategy": "from-mapping", "offsetMappingRef": {"path": "/mappings/a.json"}}""", "spec.offsetMappingRef.path", "the mapping lies beside the backup: name the KafkaRestore in restoreName, and remove path" },
        { """{"resetStrategy": "from-mapping", "offsetMappingRef": {"restoreName": "r", "pvcName": "c"}}""", "spec.offsetMappingRef.pvcName", "the mapping lies beside the backup: name the KafkaRestore in restoreName, and remove pvcName" },

        // How.
        { """{"parallelism": 0}""", "spec.parallelism", "should be greater than or equal to 1" },
        { """{"parallelism": 1001}""", "spec.parallelism", "should be less than or equal to 1000" },
    };
}
