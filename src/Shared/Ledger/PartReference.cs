using System.Text.Json.Serialization;

namespace KafkaBackup.Shared.Ledger;

/// <summary>A part as the head names it.</summary>
/// <param name="Key">The part's key.</param>
/// <param name="Sha256">SHA-256 of the stored object, lower-case hex: a reader trusts nothing else.</param>
/// <param name="Entries">How many entries it holds.</param>
/// <param name="FirstTopic">The topic of its first entry; a reader of other topics skips the part.</param>
/// <param name="LastTopic">The topic of its last entry.</param>
/// <param name="Covered">Whether <see cref="Head.Coverage"/> tells what it answers for.</param>
public sealed record PartReference(
    string Key,
    string Sha256,
    long Entries,
    string FirstTopic,
    string LastTopic,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Covered = false)
{
    /// <summary>Whether entries of <paramref name="topic"/> can be in it.</summary>
    public bool MayHold(string topic) => string.CompareOrdinal(FirstTopic, topic) <= 0 && string.CompareOrdinal(topic, LastTopic) <= 0;
}
