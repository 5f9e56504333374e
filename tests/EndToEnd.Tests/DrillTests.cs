using System.Text;
using System.Text.RegularExpressions;
using KafkaBackup.EndToEnd.Tests.Support;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>The drills of <c>docs/restore.md</c>, command by command, do what they promise.</summary>
public sealed class DrillTests(DrillShop shop) : IClassFixture<DrillShop>
{
    private const string ClusterLost = "The whole cluster is lost";
    private const string TopicDeleted = "One topic is deleted";
    private const string BadDeploy = "A bad deploy at 14:03";
    private const string Staging = "A copy for staging";
    private const string Forgotten = "A person is to be forgotten";

    private static readonly Regex Documented = new("(staging-)?kafka-1:9092|/backups|orders|payments|mailer|billing", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    [Fact]
    public void Every_drill_of_the_document_is_followed() => Assert.Equal([ClusterLost, TopicDeleted, BadDeploy, Staging, Forgotten], DrillDocument.Titles);

    [Fact]
    public async Task A_cluster_that_is_lost_comes_back_with_all_topics_and_groups()
    {
        await shop.Broker.DeleteTopicAndWaitAsync(shop.Name("orders"));
        await shop.Broker.DeleteTopicAndWaitAsync(shop.Name("payments"));

        await FollowAsync(ClusterLost);

        await AssertHoldsAsync("orders", "orders", shop.All);
        await AssertHoldsAsync("payments", "payments", shop.All);
        await AssertReadsOnAsync("mailer", "orders", "orders", 350);
        await AssertReadsOnAsync("billing", "payments", "payments", 290);
    }

    [Fact]
    public async Task A_topic_that_is_deleted_comes_back_and_others_are_left_alone()
    {
        var payments = shop.PartitionsOf("payments").First();
        var before = await shop.Broker.ReadAsync(payments);
        await shop.Broker.CommitAsync(shop.Name("billing"), (payments, 295));
        await shop.Broker.DeleteTopicAndWaitAsync(shop.Name("orders"));

        await FollowAsync(TopicDeleted);

        await AssertHoldsAsync("orders", "orders", shop.All);
        await AssertReadsOnAsync("mailer", "orders", "orders", 350);
        Assert.Equal(before.Select(record => record.ToString()), (await shop.Broker.ReadAsync(payments)).Select(record => record.ToString()));
        Assert.Equal(295, await shop.Broker.CommittedAsync(shop.Name("billing"), payments));
    }

    [Fact]
    public async Task After_a_bad_deploy_the_records_before_it_stand_beside_and_then_in_place()
    {
        await FollowAsync(BadDeploy);

        await AssertHoldsAsync("orders", "orders-before-the-deploy", shop.Good);
        await AssertHoldsAsync("orders", "orders", shop.Good);
        await AssertReadsOnAsync("mailer", "orders", "orders", 350);
    }

    [Fact]
    public async Task A_copy_for_staging_has_the_records_and_the_groups_under_names_of_its_own()
    {
        await FollowAsync(Staging);

        await AssertHoldsAsync("orders", "staging-orders", shop.All);
        await AssertHoldsAsync("payments", "staging-payments", shop.All);
        await AssertReadsOnAsync("mailer", "orders", "staging-orders", 350);
        await AssertReadsOnAsync("billing", "payments", "staging-payments", 290);
    }

    [Fact]
    public async Task Of_a_person_that_is_to_be_forgotten_no_record_comes_back()
    {
        await FollowAsync(Forgotten);

        var expected = new ProducedRecords();
        foreach (var partition in shop.PartitionsOf("orders"))
        {
            expected.Add(partition, shop.All.ByPartition[partition].Where(record => Encoding.UTF8.GetString(record.Key!) is not ("key-0-17" or "key-2-300")));
        }

        Assert.Equal(1_228, expected.Count);
        await AssertHoldsAsync("orders", "orders-without-them", expected);
    }

    /// <summary>What stands in the document for what operators have of their own is here the test's.</summary>
    private string Own(string text) => Documented.Replace(text, documented => documented.Value switch
    {
        "kafka-1:9092" or "staging-kafka-1:9092" => shop.Broker.Address,
        "/backups" => shop.Backup.Store,
        var name => shop.Name(name),
    });

    private Task FollowAsync(string title) => DrillDocument.FollowAsync(title, Own, shop.Backup.Root);

    private async Task AssertHoldsAsync(string source, string target, ProducedRecords expected)
    {
        foreach (var partition in shop.PartitionsOf(source))
        {
            var there = await shop.Broker.ReadAsync(partition with { Topic = Own(target) });
            Assert.Equal(expected.ByPartition[partition].Select(Content), there.Select(Content));
        }

        static string Content(LogRecord record) => (record with { Offset = 0 }).ToString();
    }

    private async Task AssertReadsOnAsync(string group, string source, string target, int record)
    {
        foreach (var partition in shop.PartitionsOf(source))
        {
            Assert.Equal(TestBroker.KeyOf(shop.All.ByPartition[partition][record]), await shop.Broker.NextOfAsync(shop.Name(group), partition with { Topic = Own(target) }));
        }
    }
}
