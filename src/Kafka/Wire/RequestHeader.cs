namespace KafkaBackup.Kafka.Wire;

/// <summary>What stands in front of every request.</summary>
/// <param name="Key">What is asked for; may be a number that is not described here.</param>
/// <param name="Version">The version of the request and of the answer.</param>
/// <param name="CorrelationId">The number that the answer repeats.</param>
/// <param name="ClientId">The client's name for itself.</param>
internal readonly record struct RequestHeader(ApiKey Key, short Version, int CorrelationId, string? ClientId)
{
    /// <summary>The description of the request and its answer, unless this version is not covered.</summary>
    public WireApi? Api => WireApis.Find(Key) is { } api && api.Covers(Version) ? api : null;
}
