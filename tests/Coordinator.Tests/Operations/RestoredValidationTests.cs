using System.Net;
using System.Text;
using System.Text.Json;
using KafkaBackup.Coordinator.Operations;
using KafkaBackup.Coordinator.Tests.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Operations;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Coordinator.Tests.Operations;

public sealed class RestoredValidationTests : IAsyncLifetime
{
    private static readonly ValidationConfiguration Counting = new() { BackupId = RestoredOrders.Backup, Target = new KafkaSection { BootstrapServers = ["kafka:9092"] }, CountsMessages = true };

    private readonly RestoredOrders _orders = new();
    private readonly Answers _answers = new();

    private FakeLog Log => _orders.Cluster.Log(RestoredOrders.Target);

    public async Task InitializeAsync()
    {
        await _orders.InitializeAsync();
        await _orders.RestoredAsync("aaaa");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task What_was_restored_is_counted_where_it_was_restored_to()
    {
        var check = await CheckAsync(Counting);

        Assert.Equal(new CheckOutcome("MessageCountCheck", CheckVerdict.Passed, "3 of 3 records are there."), check with { DurationMs = 0 });
    }

    [Fact]
    public async Task What_is_deleted_since_is_missing()
    {
        Log.DeleteBefore(102);

        var (strict, lenient) = (await CheckAsync(Counting), await CheckAsync(Counting with { MayLack = 2 }));

        Assert.Equal((CheckVerdict.Failed, "1 of 3 records are there. restored:0 holds 1 of 3 records."), (strict.Verdict, strict.Message));
        Assert.Equal(CheckVerdict.Passed, lenient.Verdict);
    }

    [Fact]
    public async Task What_compaction_took_is_missing_though_its_offsets_are_there()
    {
        _orders.Cluster.Configurations["restored"] = new Dictionary<string, string> { ["cleanup.policy"] = "compact" };
        Log.CutAt(101).Skip(1).Append(1);

        Assert.Equal((CheckVerdict.Failed, "2 of 3 records are there. restored:0 holds 2 of 3 records."), Told(await CheckAsync(Counting)));
    }

    [Fact]
    public async Task A_topic_that_was_made_anew_holds_nothing_of_it_however_much_is_in_it()
    {
        _orders.Cluster.WithTopic("restored", topicId: "id-2");

        var (count, ranges) = (await CheckAsync(Counting), await CheckAsync(Counting with { CountsMessages = false, ChecksRanges = true }));

        Assert.Equal((CheckVerdict.Failed, "0 of 3 records are there. restored:0 is of another topic than that which was restored: that was deleted."), Told(count));
        Assert.Equal(CheckVerdict.Failed, ranges.Verdict);
    }

    [Fact]
    public async Task What_an_earlier_restore_brought_into_the_same_topic_is_counted_too_and_is_a_warning_where_it_is_gone()
    {
        Log.Append(2);
        await _orders.RestoredAsync("bbbb", report => report with
        {
            EndTime = 1,
            TopicsRestored = [new RestoreReport.ReportedTopic("orders", "restored", [new RestoreReport.ReportedPartition(0, 0) { Records = 2, TargetFirstOffset = RestoredOrders.Base + 3 }], 2, 0)],
        });
        Assert.Equal((CheckVerdict.Passed, "5 of 5 records are there."), Told(await CheckAsync(Counting)));

        Log.DeleteBefore(RestoredOrders.Base + 3);

        var gone = await CheckAsync(Counting);
        Assert.Equal(CheckVerdict.Warning, gone.Verdict);
        Assert.StartsWith("2 of 2 records are there. What earlier restores brought was deleted", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Topics_that_were_not_restored_are_told()
    {
        await _orders.RestoredAsync("bbbb", report => report with { EndTime = 1, TopicsRestored = [RestoredOrders.Topic(3) with { SourceTopic = "payments" }] });

        Assert.Equal((CheckVerdict.Warning, "3 of 3 records are there. Topics that no restore has brought here: orders."), Told(await CheckAsync(Counting)));
    }

    [Fact]
    public async Task A_topic_that_is_named_has_to_be_there()
    {
        var absent = await CheckAsync(Counting with { CountedTopics = ["payments"] });

        Assert.Equal(CheckVerdict.Failed, absent.Verdict);
        Assert.Contains("Topic 'payments' is not in the backup", absent.Message, StringComparison.Ordinal);
        Assert.Equal(CheckVerdict.Passed, (await CheckAsync(Counting with { CountedTopics = ["orders"] })).Verdict);
    }

    [Fact]
    public async Task Into_a_cluster_that_no_restore_tells_of_the_backup_is_looked_for_under_its_own_names()
    {
        _orders.Cluster.Id = "cluster-2";
        _orders.Cluster.WithTopic("orders").Log("orders").Append(2);

        var fewer = await CheckAsync(Counting);
        _orders.Cluster.Log("orders").Append(2);
        var more = await CheckAsync(Counting);

        Assert.Equal((CheckVerdict.Failed, "2 of 3 records are there. orders:0 holds 2 of 3 records."), Told(fewer));
        Assert.StartsWith("3 of 3 records are there. There are 1 more", more.Message, StringComparison.Ordinal);
        Assert.Equal(CheckVerdict.Warning, more.Verdict);
    }

    [Fact]
    public async Task Ranges_reach_to_both_ends_of_what_was_restored()
    {
        var ranges = Counting with { CountsMessages = false, ChecksRanges = true };
        Assert.Equal(CheckVerdict.Passed, (await CheckAsync(ranges)).Verdict);
        Log.DeleteBefore(101);

        Assert.Equal((CheckVerdict.Failed, "restored:0 holds offsets 101 to 103, and 3 records were restored from 100 on."), Told(await CheckAsync(ranges)));
    }

    [Fact]
    public async Task Groups_that_went_on_are_fine_and_those_that_would_read_again_are_not()
    {
        var groups = new ClusterGroups(_orders.Cluster).With("at-11", (RestoredOrders.Target, 103)).With("at-13", (RestoredOrders.Target, 102));
        var wanted = Counting with { CountsMessages = false, ChecksGroups = true, Groups = ["at-11", "at-13"] };
        Assert.Equal((CheckVerdict.Passed, "2 consumer groups stand where they belong, or have gone on from there."), Told(await CheckAsync(wanted)));
        groups.With("at-15", (RestoredOrders.Target, 100));

        Assert.Equal((CheckVerdict.Failed, "Group 'at-15' stands at 100 of restored:0, and belongs at 102: it would read again what it has read."),
            Told(await CheckAsync(wanted with { Groups = ["at-15"] })));
        Assert.Contains("Group 'at-16' has no offset in restored:0, and belongs at 103", (await CheckAsync(wanted with { Groups = [] })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, """{"result":"passed","detail":"All well."}""", CheckVerdict.Passed, "All well.")]
    [InlineData(200, """{"result":"failed","detail":"Sums differ."}""", CheckVerdict.Failed, "Sums differ.")]
    [InlineData(200, """{"result":"warning"}""", CheckVerdict.Warning, "")]
    [InlineData(200, """{"result":"maybe"}""", CheckVerdict.Failed, "http://checks/ answers with a result that is none: passed, failed, warning and skipped are.")]
    [InlineData(200, "fine", CheckVerdict.Warning, "http://checks/ answers with 200 as it should, and gives no result: passed, failed, warning or skipped.")]
    [InlineData(500, """{"result":"passed"}""", CheckVerdict.Failed, "http://checks/ answers with 500, and not with 200.")]
    public async Task A_webhook_decides_by_what_it_answers(int status, string body, CheckVerdict verdict, string message)
    {
        (_answers.Status, _answers.Body) = ((HttpStatusCode)status, body);

        var check = await CheckAsync(new ValidationConfiguration
        {
            BackupId = RestoredOrders.Backup,
            PitrTimestamp = 7,
            Webhooks = [new ValidationConfiguration.Webhook("sums", new Uri("http://checks/"), TimeSpan.FromMinutes(1), 200)],
        });

        Assert.Equal(new CheckOutcome("sums", verdict, message), check with { DurationMs = 0 });
        Assert.Equal("kafka_backup_validation nightly 7", $"{_answers.Asked!.RootElement.GetProperty("event")} {_answers.Asked.RootElement.GetProperty("backup_id")} {_answers.Asked.RootElement.GetProperty("pitr_timestamp")}");
    }

    [Fact]
    public async Task The_report_is_stored_where_it_is_wanted()
    {
        var report = await ExecuteAsync(Counting with { StoresReport = true, TriggeredBy = "a test" });

        var stored = await _orders.Store.GetAsync(report.EvidencePath!, CancellationToken.None);
        using var json = JsonDocument.Parse(stored!.Content);
        Assert.Matches("^evidence-reports/validation-op-1/[0-9]{4}/[0-9]{2}/validation-op-1.json$", report.EvidencePath);
        Assert.Equal(("PASSED", "a test", 1), (json.RootElement.GetProperty("validation").GetProperty("overall_result").GetString(),
            json.RootElement.GetProperty("triggered_by").GetString(), json.RootElement.GetProperty("validation").GetProperty("checks_passed").GetInt32()));
    }

    [Fact]
    public async Task A_backup_that_is_not_there_is_no_finding_but_a_failure() =>
        await Assert.ThrowsAsync<BackupException>(() => ExecuteAsync(Counting with { BackupId = new BackupId("absent") }));

    private static (CheckVerdict, string) Told(CheckOutcome check) => (check.Verdict, check.Message);

    private async Task<CheckOutcome> CheckAsync(ValidationConfiguration validation) => Assert.Single((await ExecuteAsync(validation)).Checks);

    private async Task<ChecksReport> ExecuteAsync(ValidationConfiguration validation)
    {
        using var ports = new OperationPorts { Store = _orders.Store, Catalog = _orders.Cluster.Catalog, Records = _orders.Cluster.Source, Http = new HttpMessageInvoker(_answers, disposeHandler: false) };
        return (await new OperationExecution("op-1", ports, _orders.Store, TimeProvider.System).ExecuteAsync(validation, CancellationToken.None)).Checks!;
    }

    /// <summary>A service that answers as the test says.</summary>
    private sealed class Answers : HttpMessageHandler
    {
        public HttpStatusCode Status { get; set; }

        public string Body { get; set; } = "";

        public JsonDocument? Asked { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked = JsonDocument.Parse(await request.Content!.ReadAsByteArrayAsync(cancellationToken));
            return new HttpResponseMessage(Status) { Content = new StringContent(Body, Encoding.UTF8) };
        }
    }
}
