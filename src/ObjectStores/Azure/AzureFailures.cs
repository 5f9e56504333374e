using System.Net;
using Azure;
using Azure.Identity;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.Shared.Storage;
using Microsoft.Identity.Client;

namespace KafkaBackup.ObjectStores.Azure;

/// <summary>What goes wrong with Azure Blob Storage, and what can be done about it.</summary>
/// <param name="store">The store's name.</param>
/// <param name="place">Where its container is.</param>
/// <param name="container">Its container.</param>
/// <param name="secretFiles">The files with its credentials; null for those that have none.</param>
internal sealed class AzureFailures(string store, string place, string container, params string?[] secretFiles) : RemoteFailures(store, place, secretFiles)
{
    private const string Policy = "Give the identity the role Storage Blob Data Contributor on the container, "
        + "or the SAS token the permissions read, add, create, write, delete and list (racwdl) for container and objects";

    /// <summary>Codes that pass by themselves though their status does not say so.</summary>
    private static readonly HashSet<string> Passing = new(StringComparer.Ordinal)
    {
        "ServerBusy", "OperationTimedOut", "InternalError",

        // Bytes that changed on their way to the store.
        "Md5Mismatch", "Crc64Mismatch",

        // Somebody else wrote the object while we sent blocks of it, which ended our upload: the next one begins anew.
        "InvalidBlockList",
    };

    /// <summary>The only answer that means that there is no object.</summary>
    public static bool IsAbsent(RequestFailedException answer) => answer is { Status: (int)HttpStatusCode.NotFound, ErrorCode: "BlobNotFound" };

    /// <summary>Whether a condition did not hold. With 404 the object to replace is gone. Leases and policies are refused with the same statuses.</summary>
    public static bool IsConflict(RequestFailedException answer, PutConditionKind kind) => kind switch
    {
        PutConditionKind.CreateOnly => answer.ErrorCode is "BlobAlreadyExists" or "ConditionNotMet",
        PutConditionKind.IfMatch => answer.ErrorCode is "ConditionNotMet" || IsAbsent(answer),
        _ => false,
    };

    /// <inheritdoc />
    public override bool IsDamage(Exception exception) => false;

    /// <inheritdoc />
    protected override (string Sentence, bool Passes)? Answered(Exception exception) => exception switch
    {
        RequestFailedException
        {
            Status: > 0,
            ErrorCode: "AuthenticationFailed" or "InvalidAuthenticationInfo" or "NoAuthenticationInformation" or "AuthorizationFailure",
        } refused => Refused(Sentence(refused)),
        RequestFailedException { Status: > 0 } answer => (Sentence(answer), Passes(answer)),
        AuthenticationFailedException refused when Find<OperationCanceledException>(refused) is null =>
            Passes(refused) ? (Credentials(refused), true) : Refused(Credentials(refused)),
        _ => null,
    };

    /// <inheritdoc />
    protected override string? OfTheClient(Exception exception) => null;

    private static bool Passes(RequestFailedException answer) =>
        Passing.Contains(answer.ErrorCode ?? "")
        || (HttpStatusCode)answer.Status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout
        || (answer.Status >= 500 && answer.Status != (int)HttpStatusCode.NotImplemented);

    private static bool Passes(AuthenticationFailedException refused) => refused is not CredentialUnavailableException
        && (Find<HttpRequestException>(refused) is not null || Find<IOException>(refused) is not null
            || Find<RequestFailedException>(refused) is { Status: 429 or >= 500 } || Find<MsalServiceException>(refused) is { StatusCode: 429 or >= 500 });

    private static string Credentials(AuthenticationFailedException refused) =>
        $"no token for Azure ({FirstLine(refused.Message)}). Give storage.account_key, sas_token, or client_id with tenant_id and client_secret, "
        + "or run where there is an identity";

    private string Sentence(RequestFailedException answer) => answer.ErrorCode switch
    {
        "ContainerNotFound" => $"there is no container '{container}' at {Place}. Create it, or correct account_name, container_name and endpoint",
        "ContainerBeingDeleted" => $"the container '{container}' at {Place} is being deleted. Create it anew when it is gone, or use another",
        "AuthenticationFailed" or "InvalidAuthenticationInfo" or "NoAuthenticationInformation" =>
            $"{Place} does not accept the credentials. The key is another account's, the token has expired, or this machine's clock is wrong: correct that",
        "KeyBasedAuthenticationNotPermitted" => $"{Place} takes no keys and no SAS tokens made of them. Give an identity: client_id, tenant_id and client_secret, or a workload identity",
        "AuthorizationSourceIPMismatch" => $"{Place} does not let this machine in. Allow its address in the SAS token, or in the network rules of the account",
        "AuthorizationFailure" => $"{Place} denies access. Where there is an account key, correct it or storage.account_name. {Policy}; or its network rules do not let this machine in",
        "AuthorizationPermissionMismatch" or "InsufficientAccountPermissions" or "AuthorizationServiceMismatch" or "AuthorizationResourceTypeMismatch"
            or "UnauthorizedBlobOverwrite" or "AuthorizationProtocolMismatch" => $"{Place} denies access ({answer.ErrorCode}). {Policy}",
        "AccountIsDisabled" => $"{Place} has disabled the account. Ask its provider",
        "BlobImmutableDueToPolicy" => $"an immutability policy or a legal hold keeps {Place} from it. What is below the prefix has to be free of them",
        "LeaseIdMissing" => $"somebody holds a lease on it at {Place}. Break the lease",
        "SnapshotsPresent" => $"it has snapshots at {Place}. Delete them first",
        "BlobArchived" or "BlobBeingRehydrated" => $"it is in the archive tier at {Place}. Move it to another tier, and take away the rule that archives it",
        _ when answer.Status == (int)HttpStatusCode.NotImplemented => $"{Place} does not offer this. Use Azure Blob Storage, or a store that does as it does",
        _ => $"{Place} answered {answer.Status} {answer.ErrorCode}: {FirstLine(answer.Message)}",
    };
}
