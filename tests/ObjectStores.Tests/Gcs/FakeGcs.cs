using KafkaBackup.ObjectStores.Gcs;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.ObjectStores.Tests.Remote;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.Tests.Gcs;

/// <summary>A fake server, and clients of Cloud Storage that talk to it.</summary>
internal sealed class FakeGcs(Func<FakeRequest, FakeAnswer> answer) : FakeServer(answer)
{
    /// <summary>The bucket is there, and nothing in it.</summary>
    public static FakeAnswer NoPage { get; } = FakeAnswer.Json("{\"kind\":\"storage#objects\"}");

    public static FakeAnswer Refusal(int status, string reason, string message = "words that nobody reads") =>
        FakeAnswer.Json($$"""{"error": {"code": {{status}}, "message": "{{message}}", "errors": [{"domain": "global", "reason": "{{reason}}"}] } }""", status);

    public static FakeAnswer Content(string generation, string body, string headers = "") =>
        FakeAnswer.Json(body) with { Headers = $"x-goog-generation: {generation}\r\n{headers}" };

    public static FakeAnswer Written(string generation) => FakeAnswer.Json($$"""{"generation":"{{generation}}"}""");

    /// <summary>Whether a request asks which objects there are.</summary>
    public static bool IsListing(FakeRequest request) => request.Method == "GET" && request.Target.Split('?')[0].EndsWith("/o", StringComparison.Ordinal);

    public GcsObjectStore Open(RemoteTuning? tuning = null, string? credentials = null) => new(
        new GcsStorageSection { Bucket = "bucket", Prefix = "pre/fix", Endpoint = Endpoint, ServiceAccountPath = credentials }, tuning ?? Quick, Clock);

    /// <summary>As a run has it: with patience, and pauses that take no time.</summary>
    public RetryingObjectStore OpenPatient(RemoteTuning? tuning = null) => Patient(Open(tuning));
}
