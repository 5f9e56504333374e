using System.Text.RegularExpressions;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;

namespace KafkaBackup.EmbeddedKafka.Requests;

/// <summary>Tells clients what the broker understands.</summary>
internal static class ApiVersionsHandler
{
    private static readonly Regex ClientName = new(
        @"^[a-zA-Z0-9]([a-zA-Z0-9\-.]*[a-zA-Z0-9])?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    /// <summary>All requests with their versions.</summary>
    public static ApiVersionsResponse Answer(ApiVersionsRequest request, short version) =>
        version >= 3 && !(ClientName.IsMatch(request.ClientSoftwareName) && ClientName.IsMatch(request.ClientSoftwareVersion))
            ? new ApiVersionsResponse { ErrorCode = KafkaError.InvalidRequest }
            : new ApiVersionsResponse { ApiKeys = ServedApis.All.Select(Describe).ToList() };

    /// <summary>The answer to a version that is not known: by the one request that it names, the client learns how to ask again.</summary>
    public static ApiVersionsResponse AnswerUnknownVersion() => new()
    {
        ErrorCode = KafkaError.UnsupportedVersion,
        ApiKeys = [Describe(ApiVersionsRequest.Api)],
    };

    private static ApiVersionsResponse.Supported Describe(WireApi api) => new()
    {
        Key = (short)api.Key,
        MinVersion = AdvertisedMinimum(api),
        MaxVersion = api.MaxVersion,
    };

    // librdkafka compresses only if Produce begins at 0, and so Kafka's own brokers say that it does, and close the connection of who believes it.
    private static short AdvertisedMinimum(WireApi api) => api.Key == ApiKey.Produce ? (short)0 : api.MinVersion;
}
