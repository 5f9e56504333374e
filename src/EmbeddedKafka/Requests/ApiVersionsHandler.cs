using KafkaBackup.Shared.Kafka.Wire;
using KafkaBackup.Shared.Kafka.Wire.Messages;

namespace KafkaBackup.EmbeddedKafka.Requests;

/// <summary>Tells clients what the broker understands.</summary>
internal static class ApiVersionsHandler
{
    /// <summary>All requests with their versions; with an error, a client that asked in an unknown version asks again in one of these.</summary>
    public static ApiVersionsResponse Answer(KafkaError error) => new()
    {
        ErrorCode = error,
        ApiKeys = WireApis.All.Select(api => new ApiVersionsResponse.Supported
        {
            Key = (short)api.Key,
            MinVersion = AdvertisedMinimum(api),
            MaxVersion = api.MaxVersion,
        }).ToList(),
    };

    // librdkafka compresses only if Produce begins at 0, and so Kafka's own brokers say that it does, and close the connection of who believes it.
    private static short AdvertisedMinimum(WireApi api) => api.Key == ApiKey.Produce ? (short)0 : api.MinVersion;
}
