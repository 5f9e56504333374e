using KafkaBackup.Benchmarks;

var what = args is [] ? "all" : args is [var only] ? only : null;
if (what is not ("wire" or "broker" or "all"))
{
    await Console.Error.WriteLineAsync("Say what to measure: wire, broker or all.");
    return 2;
}

Console.WriteLine(Machine.Describe());
var isFine = true;
if (what is "broker" or "all")
{
    // First, so that the memory of the process is that of the broker and its clients and not of benchmarks before them.
    await BrokerCap.RunAsync();
    await BrokerRates.RunAsync();
}

if (what is "wire" or "all")
{
    isFine = WireBenchmarks.Run();
}

return isFine ? 0 : 1;
