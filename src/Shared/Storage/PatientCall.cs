namespace KafkaBackup.Shared.Storage;

/// <summary>How it stands with one call of a <see cref="RetryingObjectStore"/>. Times are <see cref="StorePatience.Now"/>'s.</summary>
/// <param name="key">The object, or the prefix of a listing.</param>
/// <param name="verb">What is done with it, such as "read".</param>
/// <param name="size">How many bytes are sent; 0 where that is not known.</param>
/// <param name="isBrief">Whether the caller can do without it for now.</param>
internal sealed class PatientCall(string key, string verb, long size, bool isBrief)
{
    public string Key => key;

    public string Verb => verb;

    public long Size => size;

    public bool IsBrief => isBrief;

    /// <summary>When the try under way, or the last one, began.</summary>
    public TimeSpan TryBegan { get; private set; }

    /// <summary>When the store was heard last before the first of the failures in a row; null while there is none.</summary>
    public TimeSpan? FailingSince { get; private set; }

    /// <summary>Failures in a row.</summary>
    public int Failures { get; private set; }

    public void Begin(TimeSpan now) => TryBegan = now;

    public void Fail(TimeSpan now, TimeSpan silence)
    {
        FailingSince ??= now - silence > TryBegan ? now - silence : TryBegan;
        Failures++;
    }

    /// <summary>The store did something for it: later failures count anew.</summary>
    public void Succeed() => (FailingSince, Failures) = (null, 0);
}
