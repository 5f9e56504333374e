using System.Net;

namespace KafkaBackup.ObjectStores.Gcs;

/// <summary>An answer of Cloud Storage that is no success.</summary>
/// <param name="status">Its status.</param>
/// <param name="reason">The reason that it gives in one word, such as <c>notFound</c>; null when it gives none.</param>
/// <param name="message">What it says to people.</param>
internal sealed class GcsRefusal(HttpStatusCode status, string? reason, string message) : Exception(message)
{
    public HttpStatusCode Status => status;

    public string? Reason => reason;

    /// <summary>Whether it was found out that not the object is missing but its bucket.</summary>
    public bool IsOfBucket { get; init; }

    /// <summary>Whether it says that an upload is over that was not finished: the next one begins anew.</summary>
    public bool EndsUpload { get; init; }
}
