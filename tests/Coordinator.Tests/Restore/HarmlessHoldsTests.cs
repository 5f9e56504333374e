using KafkaBackup.Coordinator.Restore;
using Xunit;

namespace KafkaBackup.Coordinator.Tests.Restore;

/// <summary>A hold is let go only where nothing of what was restored depends on it.</summary>
public sealed class HarmlessHoldsTests
{
    private const long Day = 86_400_000;

    private static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("retention.ms", "604800000", 6 * Day, true)]
    [InlineData("retention.ms", "604800000", 7 * Day, false)]
    [InlineData("retention.ms", "604800000", (7 * Day) - 3_000_000, false)] // It would be deleted within the hour.
    [InlineData("retention.ms", "-1", 7_000 * Day, true)]
    [InlineData("retention.bytes", "-1", 1, true)]
    [InlineData("retention.bytes", "1000000000", 1, false)] // How much the topic takes is not known.
    [InlineData("cleanup.policy", "delete", 1, true)]
    [InlineData("cleanup.policy", "compact", 1, false)]
    [InlineData("cleanup.policy", "compact,delete", 1, false)]
    [InlineData("message.timestamp.before.max.ms", "1", Day, true)]
    public void A_setting_can_be_given_back_when_it_deletes_nothing(string setting, string value, long age, bool expected)
    {
        var oldest = Now.ToUnixTimeMilliseconds() - age;

        Assert.Equal(expected, HarmlessHolds.Are(new Dictionary<string, string?> { [setting] = value }, new Dictionary<string, string>(), oldest, Now));
        Assert.Equal(expected, HarmlessHolds.Are(new Dictionary<string, string?> { [setting] = null }, new Dictionary<string, string> { [setting] = value }, oldest, Now));
    }

    [Fact]
    public void What_the_cluster_does_not_tell_may_delete_all()
    {
        Assert.False(HarmlessHolds.Are(new Dictionary<string, string?> { ["retention.ms"] = null }, new Dictionary<string, string>(), Now.ToUnixTimeMilliseconds(), Now));
    }

    [Fact]
    public void A_record_without_a_time_is_older_than_any()
    {
        Assert.False(HarmlessHolds.Are(new Dictionary<string, string?> { ["retention.ms"] = $"{long.MaxValue}" }, new Dictionary<string, string>(), -1, Now));
    }

    [Fact]
    public void One_that_deletes_something_keeps_all_of_a_topic_held()
    {
        Assert.False(HarmlessHolds.Are(
            new Dictionary<string, string?> { ["retention.ms"] = "-1", ["cleanup.policy"] = "compact" }, new Dictionary<string, string>(), Now.ToUnixTimeMilliseconds(), Now));
    }

    [Fact]
    public void Where_nothing_was_restored_nothing_depends_on_a_hold()
    {
        Assert.True(HarmlessHolds.Are(new Dictionary<string, string?> { ["cleanup.policy"] = "compact" }, new Dictionary<string, string>(), null, Now));
    }
}
