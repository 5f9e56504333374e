using System.Net;
using Amazon.Runtime;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.S3;

/// <summary>What goes wrong with S3, and what can be done about it.</summary>
/// <param name="store">The store's name.</param>
/// <param name="place">Where its bucket is: an endpoint, or a region.</param>
/// <param name="bucket">Its bucket.</param>
/// <param name="secretFiles">The files with its keys; null for those that have none.</param>
internal sealed class S3Failures(string store, string place, string bucket, params string?[] secretFiles) : RemoteFailures(store, place, secretFiles)
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

    /// <inheritdoc />
    public override bool IsDamage(Exception exception) => exception is AmazonClientException { InnerException: null };

    /// <inheritdoc />
    protected override (string Sentence, bool Passes)? Answered(Exception exception) =>
        exception is AmazonServiceException answer && answer.StatusCode != default
            ? answer.ErrorCode is "InvalidAccessKeyId" or "SignatureDoesNotMatch" ? Refused(Sentence(answer)) : (Sentence(answer), Passes(answer))
            : null;

    /// <inheritdoc />
    protected override string? OfTheClient(Exception exception) => exception is AmazonClientException or AmazonServiceException
        ? $"{FirstLine(exception.Message)}. Give credentials (configuration, environment, profile or role) and the right region"
        : null;

    private static bool Passes(AmazonServiceException answer) =>
        Passing.Contains(answer.ErrorCode ?? "")
        || answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout
        || ((int)answer.StatusCode >= 500 && answer.StatusCode != HttpStatusCode.NotImplemented)
        || answer is AmazonUnmarshallingException { StatusCode: HttpStatusCode.OK }; // A success that broke off.

    private string Sentence(AmazonServiceException answer) => answer.ErrorCode switch
    {
        "NoSuchBucket" => $"there is no bucket '{bucket}' at {Place}. Create it, or correct bucket, region and endpoint",
        "AccessDenied" => $"{Place} denies access. {Policy}; without s3:ListBucket S3 says this of an object that is not there, too",
        "AllAccessDisabled" or "AccountProblem" => $"{Place} has disabled the bucket or its account. Ask its provider",
        "SignatureDoesNotMatch" => $"{Place} does not accept the signature. The secret key is not the access key's: correct it",
        "InvalidAccessKeyId" => $"{Place} does not know the access key. Correct it, or the endpoint",
        "RequestTimeTooSkewed" => $"this machine's clock and that of {Place} are too far apart. Set this one",
        "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired" => $"{Place} does not accept the session token, or no longer. Get new credentials",
        "PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" =>
            $"bucket '{bucket}' is not at {Place}. Give its own region",
        "NotImplemented" => $"{Place} does not offer this ({answer.Message.TrimEnd('.')}). Use a store with conditional writes",
        _ when answer.StatusCode == HttpStatusCode.NotImplemented => $"{Place} does not offer this. Use a store with conditional writes",
        _ => $"{Place} answered {(int)answer.StatusCode} {answer.ErrorCode}: {FirstLine(answer.Message)}",
    };
}
