using KafkaBackup.Shared.Compression;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Cli.Hosting;

/// <summary>What an operator reads of the library that compresses.</summary>
internal sealed partial class ZstdLog(ILogger<ZstdLog> logger)
{
    /// <summary>Tells once a process that it is not the native one. Else there is nothing to tell.</summary>
    public void Tell(ZstdChoice choice)
    {
        if (choice is { WhyNotNative: { } why, IsForced: true })
        {
            Wanted(why);
        }
        else if (choice.WhyNotNative is { } reason)
        {
            Fallen(reason);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "zstd runs in its managed engine, which takes more processor time, as {Reason}. What is stored is read by both")]
    private partial void Wanted(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "zstd runs in its managed engine, which takes more processor time, as {Reason}. What is stored is read by both")]
    private partial void Fallen(string reason);
}
