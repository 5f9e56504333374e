using System.Net;

namespace KafkaBackup.Operator.Api;

/// <summary>The API server refused a request, or did not answer it.</summary>
public sealed class KubernetesException : Exception
{
    /// <summary>A refusal, or silence.</summary>
    /// <param name="message">What was asked, of which object, and what came of it.</param>
    /// <param name="status">The status it answered with; null when it did not answer.</param>
    /// <param name="inner">The cause, if another exception was.</param>
    public KubernetesException(string message, HttpStatusCode? status, Exception? inner = null)
        : base(message, inner) => Status = status;

    /// <summary>The status it answered with; null when it did not answer.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>Whether another was faster: the object has changed since it was read, or is there already.</summary>
    public bool IsConflict => Status == HttpStatusCode.Conflict;
}
