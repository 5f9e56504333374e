using System.Globalization;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>Tells which holds keep nothing back any more: without them the topic would delete nothing of what was restored.</summary>
internal static class HarmlessHolds
{
    /// <summary>What would be deleted within so long counts as deleted at once: clocks differ, and somebody has to be able to look first.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    /// <summary>Whether the topic can have back what is held of it.</summary>
    /// <param name="held">What it gets back, by setting; null: what holds for all topics.</param>
    /// <param name="defaults">What holds for all topics.</param>
    /// <param name="oldest">The earliest timestamp of what was restored, ms since 1970; null when nothing was. One below 0 is none.</param>
    /// <param name="now">The time.</param>
    public static bool Are(IReadOnlyDictionary<string, string?> held, IReadOnlyDictionary<string, string> defaults, long? oldest, DateTimeOffset now)
    {
        return oldest is null || held.All(setting => IsHarmless(setting.Key, setting.Value ?? defaults.GetValueOrDefault(setting.Key)));

        bool IsHarmless(string setting, string? value) => setting switch
        {
            "retention.ms" => Number(value) is { } most && (most < 0 || (oldest >= 0 && now.ToUnixTimeMilliseconds() - oldest + Margin.TotalMilliseconds <= most)),
            "retention.bytes" => Number(value) is < 0, // How much a topic takes is not known here.
            "cleanup.policy" => value == "delete",
            _ => true, // What it says of times is for records that come from now on.
        };
    }

    private static long? Number(string? value) => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
