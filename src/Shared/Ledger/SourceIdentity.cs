namespace KafkaBackup.Shared.Ledger;

/// <summary>Tells whether the source is still the one that a backup was made of. Names alone do not: addresses and topics are reused.</summary>
/// <remarks>Brokers of old and some look-alikes tell no ids. What is not known is in conflict with nothing, before or after an upgrade.</remarks>
public static class SourceIdentity
{
    /// <summary>The zero id, by which brokers say that a topic has none.</summary>
    private const string NoTopicId = "AAAAAAAAAAAAAAAAAAAAAA";

    /// <summary>A topic's id as it stands in the ledger: librdkafka's text of it. Null for the zero id, which is none.</summary>
    public static string? TextOf(Guid topicId) => Known(Convert.ToBase64String(topicId.ToByteArray(bigEndian: true)).TrimEnd('='));

    /// <summary>A topic's id, or null for the zero id, which is none.</summary>
    public static string? Known(string? topicId) => topicId == NoTopicId ? null : topicId;

    /// <summary>Says in a sentence that the backup belongs to another cluster, or null when it does not.</summary>
    public static string? Conflict(string? known, string? clusterId) =>
        known is not null && clusterId is not null && known != clusterId
            ? $"The backup holds records of the Kafka cluster with id {known}, and source.bootstrap_servers leads to the cluster with id {clusterId}. "
                + "Nothing was read. Use another backup_id for another cluster, or correct the address."
            : null;

    /// <summary>Says in a sentence that a topic was deleted and made anew since the last run, or null when it was not.</summary>
    public static string? Conflict(TopicFacts? remembered, TopicFacts seen) =>
        Known(remembered?.TopicId) is { } known && Known(seen.TopicId) is { } now && known != now
            ? $"The topic '{seen.Name}' was deleted and made anew since it was backed up: its id was {AsKafkaWrites(known)} and is {AsKafkaWrites(now)}. "
                + "Its new records are not backed up, as their offsets would mix with the old ones. Use another backup_id for the new topic."
            : null;

    /// <summary>Kafka's tools show ids in the URL's alphabet of base64, librdkafka gives them in the other.</summary>
    private static string AsKafkaWrites(string id) => id.Replace('+', '-').Replace('/', '_');
}
