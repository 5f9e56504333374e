using Xunit;

namespace KafkaBackup.Shared.Tests;

public sealed class CronScheduleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("0 0 2 1 1 * 2028", "2028-01-01T02:00:00Z")]
    [InlineData("0 0 2 1 1 * 2020-2040/6", "2032-01-01T02:00:00Z")]
    [InlineData("0 0 2 * * MON *", "2026-11-30T02:00:00Z")]
    [InlineData("0 0 2 1 1 * 2020,2021", null)]
    [InlineData("0 0 2 29 2 * 2027,2028", "2028-02-29T02:00:00Z")]
    public void A_schedule_may_have_years(string schedule, string? expected) =>
        Assert.Equal(expected is null ? null : DateTimeOffset.Parse(expected), CronSchedule.Next(schedule, null, Noon));
}
