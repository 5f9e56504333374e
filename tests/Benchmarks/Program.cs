using KafkaBackup.Benchmarks;
using KafkaBackup.Benchmarks.Limits;

// Parts that are measured from outside, as processes of their own.
switch (args)
{
    case ["read", var configPath]:
        await ReadAlone.RunAsync(configPath);
        return 0;
    case ["produce", var restorePath, var topic, var partitions, var each, var size]:
        await ProduceAlone.RunAsync(restorePath, topic, int.Parse(partitions), long.Parse(each), int.Parse(size));
        return 0;
    case ["send", var restorePath, var store, var restored, var topic, var partitions]:
        await SendAlone.RunAsync(restorePath, store, restored, topic, int.Parse(partitions));
        return 0;
    case ["ledger", var step, var path, var entries]:
        await LedgerSteps.RunAsync(step, path, int.Parse(entries));
        return 0;
    case ["compress", var store]:
        CompressAlone.Run(store);
        return 0;
}

if (Options.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync($"""
        Say what to measure: {string.Join(", ", Options.Known)}; and of how much:
          backup, restore, all   --megabytes N, --rounds N, --size BYTES, --partitions N, --wait SECONDS
          memory                 --rounds N, --budget BYTES, --wait SECONDS
          segments               --segments N, --rounds N, --wait SECONDS
          limits                 --megabytes N, --rounds N, --wait SECONDS, --rows N,N, --quick, --client native|librdkafka, --program PATH,
                                 --before PATH (row 3), --peer PATH (rows 1, 2 and 5)
        """);
    return 2;
}

Console.WriteLine(Machine.Describe());
var isFine = true;
if (options.What is "broker" or "all")
{
    // First, so that the memory of the process is that of the broker and its clients and not of benchmarks before them.
    await BrokerCap.RunAsync();
    await BrokerRates.RunAsync();
}

if (options.What is "wire" or "all")
{
    isFine = WireBenchmarks.Run();
}

if (options.What is "backup" or "all")
{
    await BackupCost.RunAsync(options);
}

if (options.What is "restore" or "all")
{
    await RestoreCost.RunAsync(options);
}

if (options.What is "memory")
{
    isFine = await MemoryPeaks.RunAsync(options);
}

if (options.What is "segments")
{
    await ManySegments.RunAsync(options);
}

if (options.What is "limits")
{
    await LimitTables.RunAsync(options);
}

return isFine ? 0 : 1;
