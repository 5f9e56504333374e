namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>The actions that every broker is asked for, one after the other.</summary>
internal static class ConformanceScript
{
    /// <summary>Takes all steps, and returns what the broker answered.</summary>
    public static async Task<Transcript> RunAsync(int port)
    {
        using var run = new ScriptRun(port);
        var coordinators = new RawCoordinatorSteps(run);
        await coordinators.PrepareAsync();
        await new RawClusterSteps(run).TakeAsync();
        await new RawTopicSteps(run).TakeAsync();
        await new RawSettingSteps(run).TakeAsync();
        await new RawProducerSteps(run).TakeAsync();
        await new RawTransactionSteps(run).TakeAsync();
        await new RawOffsetSteps(run).TakeAsync();
        await new RawFetchSteps(run).TakeAsync();
        await new ClientAdminSteps(run).TakeAsync();
        await new ClientRecordSteps(run).TakeAsync();
        await new ClientTransactionSteps(run).TakeAsync();
        await coordinators.TakeAsync();
        await new RawGroupSteps(run).TakeAsync();
        return run.Transcript;
    }
}
