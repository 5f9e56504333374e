using KafkaBackup.Benchmarks;

// Parts that are measured from outside, as processes of their own.
switch (args)
{
    case ["read", var configPath]:
        await ReadAlone.RunAsync(configPath);
        return 0;
    case ["produce", var restorePath, var topic, var partitions, var each, var size]:
        await ProduceAlone.RunAsync(restorePath, topic, int.Parse(partitions), long.Parse(each), int.Parse(size));
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
    await Console.Error.WriteLineAsync($"Say what to measure: {string.Join(", ", Options.Known)}; and of how much: "
        + "--megabytes N, --rounds N, --size BYTES, --partitions N, --budget BYTES, --segments N, --wait SECONDS.");
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

if (options.What is "many")
{
    await ManyPartitions.RunAsync(options);
}

return isFine ? 0 : 1;
