namespace KafkaBackup.Testing.Storage;

/// <summary>What goes wrong with one call of a <see cref="FaultyObjectStore"/>.</summary>
public sealed record StoreFault
{
    private StoreFault()
    {
    }

    /// <summary>Ends in a failure; null when the call goes well in the end.</summary>
    public StoreFailure? Failure { get; private init; }

    /// <summary>The call reaches the store only after this.</summary>
    public Task Before { get; private init; } = Task.CompletedTask;

    /// <summary>The caller gets the answer, or the failure, only after this.</summary>
    public Task After { get; private init; } = Task.CompletedTask;

    /// <summary>Nothing happens but a failure.</summary>
    public static StoreFault FailBefore(bool retryable = true) => new() { Failure = new StoreFailure(Reached: false, retryable) };

    /// <summary>The call does its work and its answer, good or bad, is lost: the caller sees a failure.</summary>
    public static StoreFault FailAfter(bool retryable = true) => new() { Failure = new StoreFailure(Reached: true, retryable) };

    /// <summary>Nothing happens until the gate opens.</summary>
    public static StoreFault Delay(TaskCompletionSource gate) => new() { Before = gate.Task };

    /// <summary>The call does its work, and its answer waits until the gate opens.</summary>
    public static StoreFault DelayAnswer(TaskCompletionSource gate) => new() { After = gate.Task };

    /// <summary>This fault, of which nothing happens until the gate opens.</summary>
    public StoreFault AfterDelay(TaskCompletionSource gate) => this with { Before = gate.Task };
}

/// <summary>How a call fails.</summary>
/// <param name="Reached">Whether the store did what it was asked to.</param>
/// <param name="Retryable">What the exception says about trying again.</param>
public sealed record StoreFailure(bool Reached, bool Retryable);
