using KafkaBackup.Operator.Definitions;

namespace KafkaBackup.Operator.Tests.Definitions;

public sealed class CronDialectTests
{
    [Theory]
    [InlineData("*/15 * * * *", "*/15 * * * *")]
    [InlineData("0 2 * * 0", "0 2 * * 0")] // Of crontab: Sunday is 0 there.
    [InlineData("0 0 * * * *", "0 0 * * * *")]
    [InlineData("0 0 * * * * *", "0 0 * * * *")]
    [InlineData("*/10 * * * * * *", "*/10 * * * * *")]
    [InlineData("0 0 2 * * 1", "0 0 2 * * SUN")]
    [InlineData("0 0 2 * * 2-6", "0 0 2 * * MON,TUE,WED,THU,FRI")]
    [InlineData("0 0 2 * * 7", "0 0 2 * * SAT")]
    [InlineData("0 0 2 * * 1/3", "0 0 2 * * SUN,WED,SAT")]
    [InlineData("0 0 2 * * */2", "0 0 2 * * SUN,TUE,THU,SAT")]
    [InlineData("0 0 2 * * mon-fri/2", "0 0 2 * * MON,WED,FRI")]
    [InlineData("0 0 2 * * tues,thurs,Sunday", "0 0 2 * * SUN,TUE,THU")]
    [InlineData("0 0 2 * * 1-7", "0 0 2 * * *")]
    [InlineData("0 0 2 ? january,3 ?", "0 0 2 ? 1,3 *")]
    [InlineData("0 0 2 1 jan-jun/2 * 2027", "0 0 2 1 1,3,5 * 2027")]
    [InlineData("  0   0 2 1 1 * 2027-2030/2 ", "0 0 2 1 1 * 2027-2030/2")]
    [InlineData("@hourly", "0 * * * *")]
    [InlineData("@daily", "0 0 * * *")]
    [InlineData("@weekly", "0 0 * * SUN")]
    [InlineData("@monthly", "0 0 1 * *")]
    [InlineData("@yearly", "0 0 1 1 *")]
    public void A_schedule_of_either_dialect_is_read(string schedule, string expected) => Assert.Equal(expected, CronDialect.Read(schedule));

    [Theory]
    [InlineData("0 0 2 * * 0", "'0' is no day of the week")]
    [InlineData("0 0 2 * * 8", "'8' is no day of the week")]
    [InlineData("0 0 2 * * 6-2", "'6-2' is no day of the week")]
    [InlineData("0 0 2 * * */0", "'*/0' is no day of the week")]
    [InlineData("0 0 2 * * L", "'L' is no day of the week")]
    [InlineData("0 0 2 * * 1/2147483647", "is no day of the week")]
    [InlineData("0 0 2 * 13 *", "'13' is no month")]
    [InlineData("0 0 2 * foo *", "'foo' is no month")]
    [InlineData("* * * *", "has 4 fields")]
    [InlineData("@annually", "has 1 fields")]
    public void What_neither_dialect_has_is_refused_with_its_place(string schedule, string expected) =>
        Assert.Contains(expected, Assert.Throws<SpecException>(() => CronDialect.Read(schedule)).Message, StringComparison.Ordinal);
}
