using System.Text;
using KafkaBackup.ObjectStores.Azure;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.ObjectStores.Tests.Remote;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.Tests.Azure;

/// <summary>A fake server, and clients of Azure Blob Storage that talk to it.</summary>
internal sealed class FakeAzure(Func<FakeRequest, FakeAnswer> answer) : FakeServer(answer)
{
    private const string Written = "Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\nx-ms-request-server-encrypted: true\r\n";

    public static FakeAnswer Refusal(int status, string code) => FakeAnswer.Error(status, code) with { Headers = $"x-ms-error-code: {code}\r\n" };

    public static FakeAnswer Content(string etag, string body) =>
        FakeAnswer.Ok(etag, body) with { Headers = Written + "x-ms-blob-type: BlockBlob\r\nContent-Type: application/octet-stream\r\n" };

    public static FakeAnswer Created(string etag) => new() { Status = 201, ETag = etag, Headers = Written };

    public static FakeAnswer Page(string blobs, string next = "") =>
        FakeAnswer.Xml($"<EnumerationResults><Blobs>{blobs}</Blobs><NextMarker>{next}</NextMarker></EnumerationResults>") with { Headers = "Content-Type: application/xml\r\n" };

    /// <summary>Whether a request asks which objects there are.</summary>
    public static bool IsListing(FakeRequest request) => request.Query("comp") == "list";

    public static bool IsBlock(FakeRequest request) => request.Query("comp") == "block";

    public static bool IsCommit(FakeRequest request) => request.Query("comp") == "blocklist";

    /// <summary>The name of a block in the query of a request.</summary>
    public static int NumberOf(FakeRequest block) => Convert.FromBase64String(Uri.UnescapeDataString(block.Query("blockid")!))[^1];

    public AzureObjectStore Open(RemoteTuning? tuning = null) => new(
        new AzureStorageSection
        {
            AccountName = "account",
            ContainerName = "box",
            Prefix = "pre/fix",
            Endpoint = Endpoint + "/account",
            AccountKey = Convert.ToBase64String(Encoding.ASCII.GetBytes("secret")),
        },
        tuning ?? Quick,
        Clock);

    /// <summary>As a run has it: with patience, and pauses that take no time.</summary>
    public RetryingObjectStore OpenPatient(RemoteTuning? tuning = null) => Patient(Open(tuning));
}
