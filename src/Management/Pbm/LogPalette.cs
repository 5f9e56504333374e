namespace KafkaBackup.Management.Pbm;

/// <summary><c>log</c>: what a node logs.</summary>
/// <param name="log">Its last lines.</param>
internal sealed class LogPalette(RecentLog log)
{
    /// <summary>How many lines a tail begins with.</summary>
    private const int Before = 10;

    private static readonly PbmOption Lines = new("-n", "--lines", "LINES");

    /// <summary>Makes it.</summary>
    public PbmPalette Create() => new("log", "The log of this node.", [
        new PbmVerb("peek", $"Show its last LINES ({log.Capacity}, of which no more are kept).", (arguments, _) => log
            .Last(arguments.GetCount(Lines, log.Capacity)).Select(Line).ToAsyncEnumerable()) { Options = [Lines] },
        new PbmVerb("tail", $"Show its last LINES ({Before}), and those to come.", (arguments, cancellation) => log
            .FollowAsync(arguments.GetCount(Lines, Before), cancellation).Select(Line)) { Options = [Lines], Streams = true },
    ]);

    /// <summary>Lines for programs have their time inside.</summary>
    private static PbmLine Line(LoggedLine logged) => PbmLine.Of(
        logged.Line.StartsWith('{') ? logged.Line : $"{logged.Time.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {logged.Line}",
        logged, PbmDataJson.Default.LoggedLine);
}
