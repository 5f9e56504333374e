using Confluent.Kafka;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Asks a cluster through an admin client, and says in a sentence why no answer came.</summary>
internal sealed class AdminCalls : IDisposable
{
    /// <summary>How much longer than the client itself is waited for it: it should end a call by its own limit, and is given up when it
    /// does not.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly KafkaClients _clients;
    private volatile ClientErrors _errors = new(TimeProvider.System);
    private readonly ClusterIdLog _clusterId = new();
    private readonly BoundedClient<IAdminClient> _admin;

    public AdminCalls(KafkaClients clients)
    {
        _clients = clients;
        _admin = new BoundedClient<IAdminClient>(Create, TimeProvider.System, clients.RefreshAdminVersion);
    }

    /// <summary>The cluster's id as of its last answer; null when it tells none.</summary>
    public string? ClusterId => _clusterId.Current;

    /// <summary>Makes a call that may fail in its own way.</summary>
    /// <param name="call">The call; it is given a limit of its own.</param>
    /// <param name="patience">That limit.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="KafkaException">The call failed, or did not come back in time.</exception>
    public async Task<T> CallAsync<T>(Func<IAdminClient, Task<T>> call, TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            return await _admin.CallAsync(call, patience + Grace, cancellation);
        }
        catch (TimeoutException e)
        {
            throw new KafkaException(new Error(ErrorCode.Local_TimedOut, "the client did not come back from the call"), e);
        }
    }

    /// <summary>Waits for answers, and no longer than until the brokers refuse for good.</summary>
    /// <param name="what">What cannot be done when none comes, without a full stop.</param>
    /// <param name="calls">Makes the calls, by <see cref="CallAsync"/>.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="isFirst">Whether the brokers have not answered anything yet: connections that are closed at once are taken for an
    /// answer then.</param>
    /// <exception cref="BackupException">No answer came.</exception>
    public async Task<T> AskAsync<T>(string what, Func<Task<T>> calls, CancellationToken cancellation, bool isFirst = false)
    {
        _errors.Reset();
        try
        {
            var answer = calls();
            Task[] signs = isFirst ? [answer, _errors.Refused, _errors.Suspected] : [answer, _errors.Refused];
            var ended = await Task.WhenAny(signs).WaitAsync(cancellation);
            if (ended == answer)
            {
                return await answer;
            }

            // The call goes on to its own timeout with nobody to hear of it.
            _ = answer.ContinueWith(
                late => late.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw await FailureAsync(what, new Error(ErrorCode.Local_Authentication), null, cancellation);
        }
        catch (KafkaException e)
        {
            throw await FailureAsync(what, e.Error, e, cancellation);
        }
    }

    /// <summary>The failure of a call, or of a part of it.</summary>
    public BackupException Failure(string what, Error error, Exception? cause = null) => _clients.Failure(what, error, _errors, cause: cause);

    public void Dispose()
    {
        _admin.Dispose();
        _errors.Dispose();
    }

    /// <summary>A client with errors of its own: what one complains about that was replaced says nothing of the next.</summary>
    private IAdminClient Create()
    {
        var (before, errors) = (_errors, new ClientErrors(TimeProvider.System));
        _errors = errors;
        before.Dispose();
        return _clients.CreateAdmin(errors, _clusterId.Hear);
    }

    private async Task<BackupException> FailureAsync(string what, Error error, Exception? cause, CancellationToken cancellation)
    {
        var certificate = _errors.Worst is [{ Kind: SourceProblemKind.Certificate, Address: { } address }, ..]
            ? await BrokerCertificate.ExamineAsync(address, _clients.Cluster.Security, cancellation)
            : null;
        return _clients.Failure(what, error, _errors, certificate, cause);
    }
}
