using System.Globalization;

namespace KafkaBackup.Shared.Protocol;

/// <summary>Which records a topic at the target would delete or refuse, by its settings and by a time that does not move on: what is left out is the same in every attempt of a restore.</summary>
public sealed record RecordRules
{
    private const long ForEver = long.MaxValue / 2;
    private const int PartsOfMargin = 10;

    /// <summary>No more than so much of what a setting allows is given up.</summary>
    private static readonly TimeSpan MostMargin = TimeSpan.FromHours(1);

    /// <summary>What is refused ends its partition: that should not come about while a restore lasts.</summary>
    private static readonly TimeSpan MostMarginOfRefusal = TimeSpan.FromDays(1);

    /// <summary>Those of a topic that keeps all.</summary>
    public static RecordRules None { get; } = new();

    /// <summary>Records with an earlier timestamp are deleted; ms since 1970. Null: none is.</summary>
    public long? KeptFrom { get; init; }

    /// <summary>Records with an earlier timestamp are refused; ms since 1970. Null: none is.</summary>
    public long? TakenFrom { get; init; }

    /// <summary>Records with a later timestamp are refused; ms since 1970. Null: none is.</summary>
    public long? TakenUntil { get; init; }

    /// <summary>Whether records without a key are refused.</summary>
    public bool WantsKeys { get; init; }

    /// <summary>Whether such records are left out, as <c>retention_policy: skip</c> wants it.</summary>
    public bool LeavesOut { get; init; }

    /// <summary>The rules of a topic.</summary>
    /// <param name="settings">Its settings. One that is not there does nothing.</param>
    /// <param name="now">The time by which they are meant.</param>
    /// <param name="leavesOut">Whether to leave out what it would not keep: then also what it would not keep for much longer, as a restore takes its time, and clocks differ.</param>
    public static RecordRules Of(IReadOnlyDictionary<string, string> settings, DateTimeOffset now, bool leavesOut)
    {
        var (policies, time) = (PoliciesOf(settings), now.ToUnixTimeMilliseconds());
        var rules = new RecordRules { LeavesOut = leavesOut, WantsKeys = policies.Contains("compact", StringComparer.Ordinal) };
        return settings.GetValueOrDefault("message.timestamp.type") == "LogAppendTime" ? rules : rules with // There a record's own time means nothing.
        {
            KeptFrom = policies.Contains("delete", StringComparer.Ordinal) ? time - Span("retention.ms", MostMargin) : null,
            TakenFrom = time - Span("message.timestamp.before.max.ms", MostMarginOfRefusal),
            TakenUntil = time + Span("message.timestamp.after.max.ms", MostMargin),
        };

        long? Span(string setting, TimeSpan margin) => long.TryParse(settings.GetValueOrDefault(setting), NumberStyles.None, CultureInfo.InvariantCulture, out var span) && span < ForEver
            ? span - (leavesOut ? Math.Min(span / PartsOfMargin, (long)margin.TotalMilliseconds) : 0)
            : null; // -1 is for ever, too.
    }

    /// <summary>The parts of <c>cleanup.policy</c>.</summary>
    public static string[] PoliciesOf(IReadOnlyDictionary<string, string> settings) => settings.GetValueOrDefault("cleanup.policy", "delete").Split(',', StringSplitOptions.TrimEntries);

    /// <summary>What becomes of a record.</summary>
    /// <param name="timestamp">Its timestamp, ms since 1970; below 0: it has none, and brokers go by none.</param>
    /// <param name="hasKey">Whether it has a key.</param>
    public RecordHarm HarmOf(long timestamp, bool hasKey) => this switch
    {
        { WantsKeys: true } when !hasKey => RecordHarm.WithoutKey,
        _ when timestamp < 0 => RecordHarm.None,
        _ when timestamp < TakenFrom || timestamp > TakenUntil => RecordHarm.OutOfTime,
        _ when timestamp < KeptFrom => RecordHarm.TooOld,
        _ => RecordHarm.None,
    };
}
