using KafkaBackup.Shared.Protocol;
using Xunit;

namespace KafkaBackup.Shared.Tests.Protocol;

public sealed class RecordRulesTests
{
    private const long Hour = 3_600_000;
    private const long Now = 1_000 * Hour;

    [Theory]
    [InlineData("retention.ms", "36000000", 990, RecordHarm.TooOld)] // 10 h.
    [InlineData("message.timestamp.before.max.ms", "36000000", 990, RecordHarm.OutOfTime)]
    [InlineData("message.timestamp.after.max.ms", "36000000", 1_010, RecordHarm.OutOfTime)]
    public void What_a_setting_lets_go_by_its_time_is_told_to_the_millisecond(string setting, string value, long at, RecordHarm harm)
    {
        var (rules, beyond) = (Of(false, (setting, value)), harm == RecordHarm.OutOfTime && at > 1_000 ? 1 : -1);

        Assert.Equal(RecordHarm.None, rules.HarmOf(at * Hour, hasKey: false));
        Assert.Equal(harm, rules.HarmOf((at * Hour) + beyond, hasKey: false));
    }

    [Theory]
    [InlineData("36000000", 991)] // Of 10 h one is not left out that ends in more than an hour.
    [InlineData("360000000", 901)] // Of 100 h as well.
    [InlineData("7200000", 998.2)] // Of 2 h a tenth.
    public void Left_out_is_also_what_would_go_soon(string retention, double keptFrom) => Assert.Equal((long)(keptFrom * Hour), Of(true, ("retention.ms", retention)).KeptFrom);

    [Theory]
    [InlineData("-1")]
    [InlineData("9223372036854775807")]
    [InlineData("")]
    public void For_ever_is_no_limit(string value)
    {
        var rules = Of(true, ("retention.ms", value), ("message.timestamp.before.max.ms", value), ("message.timestamp.after.max.ms", value));

        Assert.Equal((null, null, null), (rules.KeptFrom, rules.TakenFrom, rules.TakenUntil));
    }

    [Theory]
    [InlineData("delete", false, RecordHarm.TooOld)]
    [InlineData("compact", false, RecordHarm.WithoutKey)]
    [InlineData("compact", true, RecordHarm.None)] // Its age does not matter there.
    [InlineData("compact, delete", true, RecordHarm.TooOld)]
    public void The_cleanup_policy_decides_whether_keys_or_ages_matter(string policy, bool hasKey, RecordHarm harm) =>
        Assert.Equal(harm, Of(false, ("cleanup.policy", policy), ("retention.ms", "5")).HarmOf(5, hasKey));

    [Fact]
    public void Where_records_get_the_time_of_their_coming_their_own_means_nothing() => Assert.Equal(
        RecordHarm.None, Of(false, ("message.timestamp.type", "LogAppendTime"), ("retention.ms", "5"), ("message.timestamp.before.max.ms", "5")).HarmOf(1, hasKey: false));

    [Fact]
    public void Of_what_would_be_refused_more_is_left_out_as_it_would_end_the_restore() =>
        Assert.Equal(910 * Hour, Of(true, ("message.timestamp.before.max.ms", "360000000")).TakenFrom);

    [Fact]
    public void A_record_without_a_time_has_no_age() =>
        Assert.Equal(RecordHarm.None, Of(false, ("retention.ms", "5"), ("message.timestamp.before.max.ms", "5")).HarmOf(-1, hasKey: false));

    private static RecordRules Of(bool leavesOut, params (string Key, string Value)[] settings) =>
        RecordRules.Of(settings.ToDictionary(setting => setting.Key, setting => setting.Value), DateTimeOffset.FromUnixTimeMilliseconds(Now), leavesOut);
}
