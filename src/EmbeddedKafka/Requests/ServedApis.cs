using KafkaBackup.Kafka.Wire;

namespace KafkaBackup.EmbeddedKafka.Requests;

/// <summary>The requests that the broker answers, out of all that are described. It lets everybody in, so SASL is not among them.</summary>
internal static class ServedApis
{
    /// <summary>All of them, by key.</summary>
    public static IReadOnlyList<WireApi> All { get; } =
        WireApis.All.Where(api => api.Key is not (ApiKey.SaslHandshake or ApiKey.SaslAuthenticate)).ToList();
}
