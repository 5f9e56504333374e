using System.Globalization;
using System.Text;
using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Definitions;
using KafkaBackup.Operator.Resources;
using KafkaBackup.Operator.Work;
using KafkaBackup.Shared;
using static KafkaBackup.Shared.Protocol.OperationProtocol;

namespace KafkaBackup.Operator.Operations;

/// <summary>Has the cluster carry out what objects of one kind ask for, each once, and tells in their status what came of it.</summary>
/// <remarks>Each attempt has a name made of the object and a number: the cluster carries out one of a name once. So an operator that was killed anywhere goes on,
/// and two of them do no harm. What came of it is kept by the cluster: for good, or where repeating does no harm, until it stands in the status.</remarks>
/// <typeparam name="TResource">An object.</typeparam>
/// <typeparam name="TStatus">What it tells.</typeparam>
/// <param name="api">The API server.</param>
/// <param name="cluster">The cluster of nodes.</param>
/// <param name="events">Takes what happens.</param>
/// <param name="clock">The time.</param>
/// <param name="kind">The kind.</param>
/// <param name="finalizer">What keeps an object from going before the cluster has forgotten it.</param>
internal abstract class OperationReconciler<TResource, TStatus>(
    KubernetesApi api, IOperationCluster cluster, EventRecorder events, TimeProvider clock, ResourceKind kind, string finalizer)
    where TResource : class, IOperationResource<TStatus>
    where TStatus : OperationStatusBase, new()
{
    private static readonly TimeSpan WhileRunning = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan WhileRefused = TimeSpan.FromSeconds(15);

    private readonly ResourceWriter _writer = new(api, kind);

    /// <summary>The API server.</summary>
    protected KubernetesApi Api => api;

    /// <summary>The time, in whole seconds.</summary>
    protected DateTimeOffset Now => clock.GetUtcNow() is var now ? new DateTimeOffset(now.Ticks - now.Ticks % TimeSpan.TicksPerSecond, now.Offset) : default;

    /// <summary>Looks at one object, and does what it asks for.</summary>
    /// <returns>After how long it is to be looked at again; null: it is gone, or over.</returns>
    /// <exception cref="KubernetesException">The API server refused, or did not answer.</exception>
    public async Task<TimeSpan?> ReconcileAsync(ObjectKey key, CancellationToken cancellation)
    {
        if (await api.GetAsync(kind.PathOf(key), cancellation) is not { } found)
        {
            return null;
        }

        var resource = ResourceJson.Read<TResource>(found, kind);
        try
        {
            if (resource.Metadata.DeletionTimestamp is not null)
            {
                return await ReleaseAsync(resource, cancellation);
            }

            if (MayRepeat && resource.Status is { IsOver: true, Operation: { } told })
            {
                await cluster.ForgetOperationAsync(told, leavesMark: false, cancellation); // It stands in the status.
                await TellAsync(resource, resource.Status with { Operation = null }, null, cancellation);
                return TimeSpan.Zero;
            }

            if (OccasionOf(resource, out var pause) is not { } occasion)
            {
                return await RestAsync(resource, pause, cancellation);
            }

            await _writer.HoldAsync(resource.Metadata, finalizer, cancellation);
            return await GoOnAsync(resource, occasion, cancellation);
        }
        catch (SpecException e)
        {
            await RefuseAsync(resource, "ValidationFailed", e.Message, isFinal: false, cancellation);
            return WhileRefused;
        }
        catch (BackupException e) when (e is { Kind: FailureKind.Configuration, IsRetryable: false })
        {
            // Once it was taken it is not what is asked for that is refused: the operator's token may be, or something in between answers.
            var isFinal = resource.Status?.Operation is null && resource.Metadata.DeletionTimestamp is null;
            await RefuseAsync(resource, "Refused", $"The cluster refuses it: {e.Message}", isFinal, cancellation);
            return isFinal ? TimeSpan.Zero : WhileRefused;
        }
        catch (BackupException e)
        {
            await RefuseAsync(resource, "ClusterAway", $"The cluster does not answer: {e.Message}", isFinal: false, cancellation);
            return WhileRunning;
        }
    }

    /// <summary>Whether it does no harm that it is carried out once more, for an operator that has seen less than another. What does is remembered by the cluster for good.</summary>
    protected virtual bool MayRepeat => false;

    /// <summary>What it is to be done for now, in letters and digits; null: nothing is to be done.</summary>
    /// <param name="resource">The object.</param>
    /// <param name="pause">How long nothing is to be done; null: until the object changes.</param>
    protected virtual string? OccasionOf(TResource resource, out TimeSpan? pause)
    {
        pause = null;
        return resource.Status is { IsOver: true } ? null : "";
    }

    /// <summary>The definition that the cluster takes.</summary>
    /// <exception cref="SpecException">It asks for something that cannot be, or is not there yet.</exception>
    protected abstract Task<string> DefineAsync(TResource resource, CancellationToken cancellation);

    /// <summary>What is told of an operation that begins.</summary>
    protected virtual TStatus Begun(TStatus status, string occasion) => status;

    /// <summary>What is told of an object of which nothing is to be done now.</summary>
    protected virtual TStatus? Resting(TResource resource) => null;

    /// <summary>What is told of an operation that was carried out.</summary>
    protected abstract OperationEnd<TStatus> End(TResource resource, TStatus status, OperationStatus ended);

    /// <summary>How long something took that began then.</summary>
    protected string DurationSince(DateTimeOffset? start) =>
        string.Create(CultureInfo.InvariantCulture, $"{(start is { } began ? Math.Max(0, (clock.GetUtcNow() - began).TotalSeconds) : 0):0.00}s");

    private async Task<TimeSpan?> GoOnAsync(TResource resource, string occasion, CancellationToken cancellation)
    {
        var before = resource.Status is { IsOver: false } status ? status : Fresh(resource);
        var attempt = Math.Max(1, before.Attempts);
        if (OperationView.PauseLeft(before, attempt, clock.GetUtcNow()) is { } left)
        {
            return left;
        }

        var name = NameOf(resource, occasion, attempt);
        var known = await cluster.FindOperationAsync(name, cancellation);
        if (known is { State: OperationState.Unknown })
        {
            known = await cluster.BeginOperationAsync(name, Sized(await DefineAsync(resource, cancellation)), cancellation);
        }

        before = Begun(before, occasion) with { Operation = name, Attempts = attempt, StartTime = before.StartTime ?? Now, CompletionTime = null };
        if (known.State != OperationState.Ended)
        {
            await TellAsync(resource, before with { Phase = "Running", Message = "It is under way." }, new Condition("Ready", "False", "Running", "It is under way."), cancellation);
            return WhileRunning;
        }

        if (known.Failure is { IsRetryable: true } passing)
        {
            var message = $"It is tried again: {passing.Message}";
            await TellAsync(resource, before with { Phase = "Pending", Attempts = attempt + 1, Message = message }, new Condition("Ready", "False", OperationView.Retry, message), cancellation);
            return RetryPause.After(attempt);
        }

        var end = known.Failure is { } failure
            ? new OperationEnd<TStatus>(before with { Phase = "Failed" }, "Failed", failure.Message, IsGood: false)
            : End(resource, before, known);
        await TellAsync(resource, end.Status with { Message = end.Message, CompletionTime = Now },
            new Condition("Ready", end.IsGood ? "True" : "False", end.Reason, end.Message), cancellation);
        return TimeSpan.Zero;
    }

    private async Task<TimeSpan?> RestAsync(TResource resource, TimeSpan? pause, CancellationToken cancellation)
    {
        if (Resting(resource) is { } resting && resting with { ObservedGeneration = resource.Metadata.Generation } != resource.Status)
        {
            await TellAsync(resource, resting, null, cancellation);
            return TimeSpan.Zero; // It is another version of the object now.
        }

        await _writer.ReleaseAsync(resource.Metadata, finalizer, cancellation);
        return pause;
    }

    /// <summary>What is under way is given up, and forgotten; then the object may go.</summary>
    private async Task<TimeSpan?> ReleaseAsync(TResource resource, CancellationToken cancellation)
    {
        if (!resource.Metadata.IsHeldBy(finalizer))
        {
            return null;
        }

        // One of an attempt may have begun of which the status does not tell yet.
        var next = KnownOccasionOf(resource) is { } occasion ? NameOf(resource, occasion, Math.Max(1, resource.Status?.Attempts ?? 1)) : null;
        foreach (var name in ((string?[])[resource.Status?.Operation, next]).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (await cluster.ForgetOperationAsync(name, leavesMark: !MayRepeat, cancellation) is { State: OperationState.Running })
            {
                return WhileRunning;
            }
        }

        await _writer.ReleaseAsync(resource.Metadata, finalizer, cancellation);
        return null;
    }

    private async Task RefuseAsync(TResource resource, string reason, string message, bool isFinal, CancellationToken cancellation)
    {
        var before = resource.Status is { IsOver: false } known ? known : Fresh(resource) with { Phase = "Pending" };
        var status = before with { Phase = isFinal ? "Failed" : before.Phase, Message = message, CompletionTime = isFinal ? Now : null };
        if (isFinal && KnownOccasionOf(resource) is { } occasion)
        {
            status = Begun(status, occasion);
        }

        await TellAsync(resource, status, new Condition("Ready", "False", reason, message), cancellation);
    }

    private async Task TellAsync(TResource resource, TStatus status, Condition? ready, CancellationToken cancellation)
    {
        var before = resource.Status;
        status = status with { ObservedGeneration = resource.Metadata.Generation };
        status = ready is null ? status : status with { Conditions = OperationView.Conditions(status, ready, before?.Conditions ?? [], resource.Metadata.Generation, Now) };
        await _writer.TellAsync(
            resource.Metadata,
            async () =>
            {
                var was = before?.Conditions.FirstOrDefault();
                if (ready is not null && ((ready.Status, ready.Reason) != (was?.Status, was?.Reason) || status.Attempts != before?.Attempts))
                {
                    var isWarning = ready is { Status: "False" } and not { Reason: "Running" };
                    // By what was, which is the same to all operators; the time is not.
                    await events.RecordAsync(kind, resource.Metadata, ready.Reason, isWarning, ready.Message, $"{status.Operation} {status.Attempts} {was?.Reason} {was?.LastTransitionTime:O}", cancellation);
                }
            },
            before is null ? null : ResourceJson.Write(before), ResourceJson.Write(status), cancellation);
    }

    /// <exception cref="SpecException">The cluster takes none of this size.</exception>
    private static string Sized(string definition) => Encoding.UTF8.GetByteCount(definition) is var bytes and > MaxDefinitionBytes
        ? throw new SpecException($"With all groups and topics that it names it has {bytes:N0} bytes, and the cluster takes {MaxDefinitionBytes:N0}: make several objects, each for some of them.")
        : definition;

    private string? KnownOccasionOf(TResource resource)
    {
        try
        {
            return OccasionOf(resource, out _);
        }
        catch (SpecException)
        {
            return null; // Then nothing was begun by it.
        }
    }

    /// <summary>What an object told before that is of no operation.</summary>
    private static TStatus Fresh(TResource resource) => (resource.Status ?? new TStatus()) with { Attempts = 0, StartTime = null, Conditions = resource.Status?.Conditions ?? [] };

    private static string NameOf(TResource resource, string occasion, int attempt) =>
        $"{resource.Metadata.Uid}-{(occasion.Length == 0 ? "" : $"{occasion}-")}{attempt.ToString(CultureInfo.InvariantCulture)}";
}
