using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Coordinator.Tests.Restore;

/// <content>What a topic would do to records, what the user may do with it, and what a dry run tells of both.</content>
public sealed partial class RestorePreparationTests
{
    [Theory]
    [InlineData(3, true)]
    [InlineData(0, false)] // What has not begun goes by what counts now: what it would send may be refused by now.
    public void What_is_left_out_is_the_same_when_it_goes_on_later(int there, bool isTheSame) => LeapingClock.Run(async clock =>
    {
        _cluster.WithTopic("orders");
        _topics.There["orders"] = Theirs(("retention.ms", "36000000"));
        var section = new RestoreSection { RetentionPolicy = RetentionPolicy.Skip };
        var first = await PrepareAsync(clock, section);
        var rules = Assert.Single(first.Plan.Orders).Rules;
        Assert.Equal((true, clock.GetUtcNow().AddHours(-9).ToUnixTimeMilliseconds()), (rules.LeavesOut, rules.KeptFrom));
        await first.Claim!.LetGoAsync(document => document.With(first.Plan.Topics[0], "id-1", new Dictionary<int, long>()), default);
        await Task.Delay(TimeSpan.FromHours(5), clock);
        _topics.There["orders"] = Theirs(("retention.ms", "72000000"));
        _cluster.Log(Orders).Append(there);

        Assert.Equal(isTheSame, rules == Assert.Single((await PrepareAsync(clock, section)).Plan.Orders).Rules);
    });

    [Theory]
    [InlineData(RetentionPolicy.Hold, "retention.ms")]
    [InlineData(RetentionPolicy.Ignore, "")]
    public void What_a_topic_would_do_by_itself_is_counted_whatever_is_done_about_it(RetentionPolicy policy, string held) => LeapingClock.Run(async clock =>
    {
        _cluster.WithTopic("orders");
        _topics.There["orders"] = Theirs(("retention.ms", "36000000"));

        var plan = (await PrepareAsync(clock, new RestoreSection { RetentionPolicy = policy })).Plan;

        Assert.Equal(held, string.Join(',', Assert.Single(plan.Topics).Held.Keys));
        Assert.Equal(new RecordRules { KeptFrom = clock.GetUtcNow().AddHours(-10).ToUnixTimeMilliseconds() }, Assert.Single(plan.Orders).Rules);
    });

    [Fact]
    public void A_dry_run_tells_what_stands_in_the_way_and_goes_on() => LeapingClock.Run(async clock =>
    {
        _cluster.WithTopic("orders");
        _topics.There["orders"] = Theirs(("retention.ms", "36000000"));

        var plan = (await PrepareAsync(clock, new RestoreSection { IsDryRun = true })).Plan;

        Assert.Contains("retention.ms is 36000000", Assert.Single(plan.Refusals).Message, StringComparison.Ordinal);
        Assert.NotNull(Assert.Single(plan.Orders).Rules.KeptFrom);
    });

    [Fact]
    public void A_dry_run_tells_of_topics_that_are_not_there() => LeapingClock.Run(async clock =>
        Assert.StartsWith("The target has no topic 'orders'", Assert.Single((await PrepareAsync(clock, new RestoreSection { IsDryRun = true })).Plan.Refusals).Message, StringComparison.Ordinal));

    [Theory]
    [InlineData(0, "Topic 'orders' has 0 partition(s) at the target, and orders:0 would go into orders:0")]
    [InlineData(1, null)] // It has no leader.
    public void Of_a_partition_that_is_not_there_no_end_is_believed(int partitions, string? refusal) => LeapingClock.Run(async clock =>
    {
        _cluster.WithTopic("orders").Log(Orders).BoundsProblem = new BackupException(FailureKind.Source, "There is no leader.");
        _topics.There["orders"] = Theirs() with { Partitions = partitions };

        if (refusal is null)
        {
            Assert.Equal("There is no leader.", (await Assert.ThrowsAsync<BackupException>(() => PrepareAsync(clock, new RestoreSection { IsDryRun = true }))).Message);
            return;
        }

        var plan = (await PrepareAsync(clock, new RestoreSection { IsDryRun = true })).Plan;
        Assert.StartsWith(refusal, Assert.Single(plan.Refusals).Message, StringComparison.Ordinal);
        Assert.Equal(0, Assert.Single(plan.Orders).Base);
    });

    [Theory]
    [InlineData("Describe", "Write", false, false)]
    [InlineData("Describe,Write", "AlterConfigs", false, false)]
    [InlineData("Describe,Write,AlterConfigs", "Delete", true, false)] // It holds records.
    [InlineData("Describe,Write,AlterConfigs", "Read", false, true)]
    [InlineData("Describe,Write,AlterConfigs", null, false, false)]
    [InlineData(null, null, true, true)] // It is not told.
    public void What_the_user_may_not_do_is_told_before_anything_is_done(string? rights, string? missing, bool purges, bool reads) => LeapingClock.Run(async clock =>
    {
        _cluster.WithTopic("orders").Log(Orders).Append(purges ? 5 : 0);
        _topics.There["orders"] = Theirs(("retention.ms", "5")) with { Rights = rights?.Split(',').ToHashSet() };
        var section = new RestoreSection { RetentionPolicy = RetentionPolicy.Hold, PurgesTopics = purges, ComparesAll = reads };

        if (missing is null)
        {
            await PrepareAsync(clock, section);
            return;
        }

        var failure = await Assert.ThrowsAsync<BackupException>(() => PrepareAsync(clock, section));
        Assert.Equal(FailureKind.Source, failure.Kind);
        Assert.EndsWith($"Give the user the right {missing} on the topic.", failure.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void A_topic_that_it_made_needs_no_right_to_change_settings() => LeapingClock.Run(async clock =>
    {
        var first = await PrepareAsync(clock);
        await first.Claim!.LetGoAsync(document => document.With(first.Plan.Topics[0], "id-1", new Dictionary<int, long>()), default);
        _cluster.WithTopic("orders");
        _topics.There["orders"] = new ExistingTopic("orders", 1, Held(), new HashSet<string>(Held().Keys)) { Rights = new HashSet<string> { "Describe", "Write" } };

        Assert.NotEmpty(Assert.Single((await PrepareAsync(clock, new RestoreSection { CreatesTopics = true, PurgesTopics = true })).Plan.Topics).Held);
    });

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    [InlineData(null, 0)]
    public void That_topics_may_not_be_made_is_told_by_a_dry_run(bool? may, int notes) => LeapingClock.Run(async clock =>
    {
        _topics.MayCreate = may;

        Assert.Equal(notes, (await PrepareAsync(clock, new RestoreSection { CreatesTopics = true, IsDryRun = true })).Plan.Notes.Count(note => note.Contains("no right to create topics", StringComparison.Ordinal)));
        Assert.Empty((await PrepareAsync(clock)).Plan.Notes);
        _cluster.WithTopic("orders");
        _topics.There["orders"] = Theirs();
        Assert.Empty((await PrepareAsync(clock, new RestoreSection { CreatesTopics = true, IsDryRun = true })).Plan.Notes); // It is there.
    });

    [Fact]
    public void Settings_that_the_target_does_not_take_are_told_before_anything_is_made() => LeapingClock.Run(async clock =>
    {
        (_topics.Refuses["retention.ms"], _topics.Refuses["segment.ms"]) = ("Invalid value 1d for configuration retention.ms", "Unknown topic config name: segment.ms");
        var section = With(segment: "7", retention: "1d");
        const string Sentence = "The target does not take retention.ms of topic 'orders', as restore.topic_configs give it: Invalid value 1d for configuration retention.ms. Nothing was restored.";

        Assert.Equal(Sentence, (await Assert.ThrowsAsync<BackupException>(() => PrepareAsync(clock, section))).Message);
        var plan = (await PrepareAsync(clock, section with { IsDryRun = true })).Plan;
        Assert.Equal([Sentence], plan.Refusals.Select(refusal => refusal.Message));
        Assert.Equal(["Topic 'orders' would be made without segment.ms, which restore.topic_configs give it: Unknown topic config name: segment.ms."], plan.Notes);
        Assert.True(Assert.Single(plan.Topics).IsRefused);

        _topics.Refuses.Remove("retention.ms");
        Assert.Empty((await PrepareAsync(clock, section)).Plan.Notes); // What it is made without is told when it is made.
    });

    [Theory]
    [InlineData(true, false, 520)]
    [InlineData(false, false, 0)]
    [InlineData(true, true, 0)] // What is there is the restore's own.
    public void What_would_be_deleted_is_told_by_a_dry_run(bool isPurged, bool isBegun, long deleted) => LeapingClock.Run(async clock =>
    {
        _cluster.WithTopic("orders");
        _topics.There["orders"] = Theirs();
        var section = new RestoreSection { PurgesTopics = isPurged, AppendsToTopics = !isPurged };
        if (isBegun)
        {
            var first = await PrepareAsync(clock, section);
            await first.Claim!.LetGoAsync(document => document.With(first.Plan.Topics[0], "id-1", new Dictionary<int, long>()), default);
        }

        _cluster.Log(Orders).Append(520);

        var plan = (await PrepareAsync(clock, section with { IsDryRun = true })).Plan;

        Assert.Equal(deleted, Assert.Single(plan.Topics).Deleted);
        Assert.Equal(deleted > 0 ? ["520 records of topic 'orders' would be deleted, as restore.purge_topics wants it."] : [], plan.Notes);
    });
}
