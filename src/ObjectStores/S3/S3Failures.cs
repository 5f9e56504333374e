using System.Net.Sockets;
using System.Net;
using System.Security.Authentication;
using System.Xml;
using Amazon.Runtime;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.S3;

/// <summary>Turns what the SDK throws into the failures of <see cref="IObjectStore"/>: by status and error code, never by text.</summary>
/// <param name="store">The store's name.</param>
/// <param name="place">Where its bucket is: an endpoint, or a region.</param>
/// <param name="bucket">Its bucket.</param>
internal sealed class S3Failures(string store, string place, string bucket)
{
    private const string Policy =
        "Give the credentials s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload on its objects";

    /// <summary>Codes that pass by themselves though their status does not say so.</summary>
    private static readonly HashSet<string> Passing = new(StringComparer.Ordinal)
    {
        "SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable", "OperationAborted", "ConditionalRequestConflict",
        "Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException",

        // Bytes that changed or went missing on their way to the store.
        "BadDigest", "IncompleteBody", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch",

        // Somebody ended our upload: the next one begins with a new one.
        "NoSuchUpload",
    };

    /// <summary>The only answer that means that there is no object.</summary>
    public static bool IsAbsent(AmazonServiceException answer) => answer is { StatusCode: HttpStatusCode.NotFound, ErrorCode: "NoSuchKey" };

    /// <summary>Whether a condition did not hold. With 404 the object to replace is gone.</summary>
    public static bool IsConflict(AmazonServiceException answer, PutConditionKind kind) =>
        answer.StatusCode == HttpStatusCode.PreconditionFailed || answer.ErrorCode == "PreconditionFailed"
        || (kind == PutConditionKind.IfMatch && IsAbsent(answer));

    /// <summary>The failure to throw for <paramref name="exception"/>.</summary>
    /// <param name="key">The object, or the prefix of a listing.</param>
    /// <param name="verb">What was to be done with it, such as "read".</param>
    /// <param name="exception">What the SDK threw.</param>
    /// <param name="watch">The request's watch.</param>
    /// <param name="caller">The caller's cancellation.</param>
    public Exception Translate(string key, string verb, Exception exception, InactivityWatch watch, CancellationToken caller)
    {
        if (exception is AmazonServiceException answer && answer.StatusCode != default)
        {
            return Failure(Sentence(answer), Passes(answer));
        }

        if (caller.IsCancellationRequested)
        {
            return new OperationCanceledException(exception.Message, exception, caller);
        }

        if (watch.HasRunOut)
        {
            return Failure($"nothing was heard from {place} for {watch.Patience.TotalSeconds:0.#} s", passes: true, watch.Patience);
        }

        if (Find<AuthenticationException>(exception) is { } tls)
        {
            return Failure($"no secure connection to {place}: {FirstLine(tls.Message)}. Check the endpoint and which authorities this machine trusts", passes: false);
        }

        return exception switch
        {
            _ when IsTransport(exception) => Failure($"the connection to {place} failed: {Innermost(exception)}", passes: true),
            AmazonClientException or AmazonServiceException =>
                Failure($"{FirstLine(exception.Message)}. Give credentials (configuration, environment, profile or role) and the right region", passes: false),
            _ => Failure($"{exception.GetType().Name}: {FirstLine(exception.Message)}", passes: false),
        };

        StorageException Failure(string what, bool passes, TimeSpan silence = default) =>
            new(key, $"Cannot {verb} {store}/{key}: {what}.", exception) { IsRetryable = passes, Silence = silence };
    }

    private static bool Passes(AmazonServiceException answer) =>
        Passing.Contains(answer.ErrorCode ?? "")
        || answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout
        || ((int)answer.StatusCode >= 500 && answer.StatusCode != HttpStatusCode.NotImplemented)
        || answer is AmazonUnmarshallingException { StatusCode: HttpStatusCode.OK }; // A success that broke off.

    private string Sentence(AmazonServiceException answer) => answer.ErrorCode switch
    {
        "NoSuchBucket" => $"there is no bucket '{bucket}' at {place}. Create it, or correct bucket, region and endpoint",
        "AccessDenied" => $"{place} denies access. {Policy}; without s3:ListBucket S3 says this of an object that is not there, too",
        "AllAccessDisabled" or "AccountProblem" => $"{place} has disabled the bucket or its account. Ask its provider",
        "SignatureDoesNotMatch" => $"{place} does not accept the signature. The secret key is not the access key's: correct it",
        "InvalidAccessKeyId" => $"{place} does not know the access key. Correct it, or the endpoint",
        "RequestTimeTooSkewed" => $"this machine's clock and that of {place} are too far apart. Set this one",
        "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired" => $"{place} does not accept the session token, or no longer. Get new credentials",
        "PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" =>
            $"bucket '{bucket}' is not at {place}. Give its own region",
        "NotImplemented" => $"{place} does not offer this ({answer.Message.TrimEnd('.')}). Use a store with conditional writes",
        _ when answer.StatusCode == HttpStatusCode.NotImplemented => $"{place} does not offer this. Use a store with conditional writes",
        _ => $"{place} answered {(int)answer.StatusCode} {answer.ErrorCode}: {FirstLine(answer.Message)}",
    };

    private static bool IsTransport(Exception exception) =>
        Find<HttpRequestException>(exception) is not null || Find<IOException>(exception) is not null || Find<SocketException>(exception) is not null
        || Find<TimeoutException>(exception) is not null || Find<OperationCanceledException>(exception) is not null
        || Find<XmlException>(exception) is not null; // An answer that broke off.

    private static T? Find<T>(Exception? exception)
        where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found)
            {
                return found;
            }
        }

        return null;
    }

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return FirstLine(exception.Message);
    }

    private static string FirstLine(string text) => text.Split('\n')[0].Trim().TrimEnd('.', ':');
}
