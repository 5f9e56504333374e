using System.Text.Json.Serialization;

namespace KafkaBackup.Shared.Protocol;

/// <summary>How many records the topic at the target would not keep as they were, by what it would do to each.</summary>
/// <param name="TooOld">As <see cref="RecordHarm.TooOld"/>.</param>
/// <param name="OutOfTime">As <see cref="RecordHarm.OutOfTime"/>.</param>
/// <param name="WithoutKey">As <see cref="RecordHarm.WithoutKey"/>.</param>
/// <param name="TooLarge">It would refuse them, as each alone is larger than its <c>max.message.bytes</c>. Found out by dry runs.</param>
public readonly record struct RecordHarms(long TooOld, long OutOfTime, long WithoutKey, long TooLarge)
{
    /// <summary>Those that <c>retention_policy: skip</c> leaves out.</summary>
    [JsonIgnore]
    public long Avoidable => TooOld + OutOfTime + WithoutKey;

    /// <summary>Those of both.</summary>
    public static RecordHarms operator +(RecordHarms one, RecordHarms other) =>
        new(one.TooOld + other.TooOld, one.OutOfTime + other.OutOfTime, one.WithoutKey + other.WithoutKey, one.TooLarge + other.TooLarge);

    /// <summary>The same with one record more.</summary>
    public RecordHarms With(RecordHarm harm) => harm switch
    {
        RecordHarm.TooOld => this with { TooOld = TooOld + 1 },
        RecordHarm.OutOfTime => this with { OutOfTime = OutOfTime + 1 },
        RecordHarm.WithoutKey => this with { WithoutKey = WithoutKey + 1 },
        _ => this,
    };
}
