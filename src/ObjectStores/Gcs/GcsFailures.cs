using System.Net;
using Google.Apis.Auth.OAuth2.Responses;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.Shared;

namespace KafkaBackup.ObjectStores.Gcs;

/// <summary>What goes wrong with Cloud Storage, and what can be done about it.</summary>
/// <param name="store">The store's name.</param>
/// <param name="place">Where its bucket is.</param>
/// <param name="bucket">Its bucket.</param>
/// <param name="secretFile">The file with its credentials; null for those that have none.</param>
internal sealed class GcsFailures(string store, string place, string bucket, string? secretFile) : RemoteFailures(store, place, [secretFile])
{
    private const string Policy =
        "Give the account storage.objects.list, get, create and delete on the bucket, as the role Storage Object User (roles/storage.objectUser) has them";

    /// <inheritdoc />
    public override bool IsDamage(Exception exception) => exception is InvalidDataException;

    /// <inheritdoc />
    protected override (string Sentence, bool Passes)? Answered(Exception exception) => exception switch
    {
        BackupException own => (FirstLine(own.Message), false),
        GcsRefusal { Status: HttpStatusCode.Unauthorized } refused => Refused(Sentence(refused)),
        GcsRefusal answer => (Sentence(answer), Passes(answer)),
        NoTokenException silence => (FirstLine(silence.Message), true),
        TokenResponseException { StatusCode: HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError } =>
            ("Google gives no token now", true),
        TokenResponseException refused =>
            Refused($"Google gives no token for the credentials ({refused.Error?.Error ?? "no reason"}). Correct storage.service_account_path, or what the environment gives"),
        _ => null,
    };

    /// <inheritdoc />
    protected override string? OfTheClient(Exception exception) => null;

    private static bool Passes(GcsRefusal answer) =>
        answer.EndsUpload
        || answer.Status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout
        || answer is { Status: HttpStatusCode.Forbidden, Reason: "rateLimitExceeded" or "userRateLimitExceeded" }
        || ((int)answer.Status >= 500 && answer.Status != HttpStatusCode.NotImplemented);

    private string Sentence(GcsRefusal answer) => (answer.Status, answer.Reason) switch
    {
        _ when answer.IsOfBucket => $"there is no bucket '{bucket}' at {Place}. Create it, or correct bucket and endpoint",
        _ when answer.EndsUpload => $"{Place} has given up the upload",
        (HttpStatusCode.Unauthorized, _) => $"{Place} does not accept the credentials. Correct storage.service_account_path, or what the environment gives",
        (HttpStatusCode.Forbidden, "rateLimitExceeded" or "userRateLimitExceeded") => $"{Place} wants fewer requests",
        (HttpStatusCode.Forbidden, "accountDisabled" or "billingDisabled" or "userProjectAccountProblem" or "UserProjectAccountProblem") =>
            $"{Place} has disabled the account of the bucket ({Words(answer)}). Set its billing right",
        (HttpStatusCode.Forbidden, "retentionPolicyNotMet" or "objectUnderActiveHold") =>
            $"a retention policy or a hold keeps {Place} from it ({Words(answer)}). What is below the prefix has to be free of them",
        (HttpStatusCode.Forbidden, _) =>
            $"{Place} denies access ({Words(answer)}). {Policy}; without storage.objects.list it says this of an object that is not there, too",
        (HttpStatusCode.NotImplemented, _) => $"{Place} does not offer this. Use Google Cloud Storage, or a store that does as it does",
        _ => $"{Place} answered {(int)answer.Status} {Words(answer)}".TrimEnd(),
    };

    private static string Words(GcsRefusal answer) =>
        string.Join(": ", new[] { answer.Reason, FirstLine(answer.Message) }.Where(word => !string.IsNullOrEmpty(word)));
}
