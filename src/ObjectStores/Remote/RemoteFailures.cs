using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using System.Xml;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.Remote;

/// <summary>Turns what the client of a store throws into the failures of <see cref="IObjectStore"/>: by status and error code, never by text.</summary>
/// <param name="store">The store's name.</param>
/// <param name="place">Where it is: an endpoint, or a region.</param>
/// <param name="secretFiles">The files that its credentials are read from; null for those that have none.</param>
internal abstract class RemoteFailures(string store, string place, IEnumerable<string?>? secretFiles = null)
{
    private readonly string[] _secretFiles = [.. (secretFiles ?? []).OfType<string>().Select(file => $"'{file}'")];
    private volatile bool _hasWorked;

    /// <summary>The store's name.</summary>
    public string Store => store;

    /// <summary>Where it is.</summary>
    protected string Place => place;

    /// <summary>The failure to throw for <paramref name="exception"/>.</summary>
    /// <param name="key">The object, or the prefix of a listing.</param>
    /// <param name="verb">What was to be done with it, such as "read".</param>
    /// <param name="exception">What the client threw.</param>
    /// <param name="watch">The request's watch.</param>
    /// <param name="caller">The caller's cancellation.</param>
    public Exception Translate(string key, string verb, Exception exception, InactivityWatch watch, CancellationToken caller)
    {
        if (Find<SecretFileException>(exception) is { } secret)
        {
            return Failure(secret.Message, passes: true);
        }

        if (Answered(exception) is var (sentence, answerPasses))
        {
            return Failure(sentence, answerPasses);
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

        if (IsTransport(exception))
        {
            return Failure($"the connection to {place} failed: {Innermost(exception)}", passes: true);
        }

        return Failure(OfTheClient(exception) ?? $"{exception.GetType().Name}: {FirstLine(exception.Message)}", passes: false);

        StorageException Failure(string what, bool passes, TimeSpan silence = default) =>
            new(key, $"Cannot {verb} {store}/{key}: {what}.", exception) { IsRetryable = passes, Silence = silence };
    }

    /// <summary>The failure of a condition that did not hold.</summary>
    public StorageConflictException Conflict(string key, PutCondition condition) => new(key, condition.Kind == PutConditionKind.CreateOnly
        ? $"{store}/{key} exists already."
        : $"{store}/{key} was changed by somebody else (expected {condition.Expected}).");

    /// <summary>Whether content that was read does not fit its checksum.</summary>
    public abstract bool IsDamage(Exception exception);

    /// <summary>A request was answered as it should be, so the credentials are, or were, the right ones.</summary>
    public void Worked() => _hasWorked = true;

    /// <summary>That credentials are refused. Those of files that were good before may have been replaced, and the files are a little late.</summary>
    /// <param name="sentence">What is said to it, without a full stop.</param>
    protected (string Sentence, bool Passes) Refused(string sentence) => _secretFiles.Length == 0
        ? (sentence, false)
        : ($"{sentence}. Each try reads {string.Join(" and ", _secretFiles)} anew", _hasWorked);

    /// <summary>What an answer of the store says, and whether it passes by itself; null when there was no answer.</summary>
    protected abstract (string Sentence, bool Passes)? Answered(Exception exception);

    /// <summary>What to say when the client could not even ask, such as for want of credentials; null when there is nothing to add.</summary>
    protected abstract string? OfTheClient(Exception exception);

    /// <summary>The first line of a message, without its full stop.</summary>
    protected static string FirstLine(string text) => text.Split('\n')[0].Trim().TrimEnd('.', ':');

    /// <summary>The first exception of a kind in a chain of causes, or null.</summary>
    protected static T? Find<T>(Exception? exception)
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

    private static bool IsTransport(Exception exception) =>
        Find<HttpRequestException>(exception) is not null || Find<IOException>(exception) is not null || Find<SocketException>(exception) is not null
        || Find<TimeoutException>(exception) is not null || Find<OperationCanceledException>(exception) is not null
        || Find<XmlException>(exception) is not null || Find<JsonException>(exception) is not null; // An answer that broke off.

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return FirstLine(exception.Message);
    }
}
