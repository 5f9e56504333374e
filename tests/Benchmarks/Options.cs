using KafkaBackup.Benchmarks.Limits;

namespace KafkaBackup.Benchmarks;

/// <summary>What is measured, and of how much.</summary>
internal sealed record Options
{
    private const string Quick = "--quick";

    /// <summary>Which measurements take an option: one that would be passed over is refused.</summary>
    private static readonly Dictionary<string, string[]> Takers = new(StringComparer.Ordinal)
    {
        ["--megabytes"] = ["backup", "restore", "limits", "all"],
        ["--rounds"] = ["backup", "restore", "memory", "segments", "limits", "all"],
        ["--size"] = ["backup", "restore", "all"],
        ["--partitions"] = ["backup", "restore", "all"],
        ["--budget"] = ["memory"],
        ["--segments"] = ["segments"],
        ["--wait"] = ["backup", "restore", "memory", "segments", "limits", "all"],
        ["--rows"] = ["limits"],
        ["--program"] = ["limits"],
        ["--before"] = ["limits"],
        ["--peer"] = ["limits"],
        ["--client"] = ["limits"],
        [Quick] = ["limits"],
    };

    /// <summary>What is known on the command line as a measurement.</summary>
    public static IReadOnlyList<string> Known { get; } = ["wire", "broker", "backup", "restore", "memory", "segments", "limits", "all"];

    /// <summary>The measurement.</summary>
    public string What { get; private init; } = "all";

    /// <summary><c>--megabytes</c>: values in a topic.</summary>
    public int Megabytes { get; private init; } = 1000;

    /// <summary><c>--rounds</c>: how often each is measured.</summary>
    public int Rounds { get; private init; } = 3;

    /// <summary><c>--size</c>: only records of so many bytes; 0 for all.</summary>
    public int Size { get; private init; }

    /// <summary><c>--partitions</c>: only topics of so many partitions; 0 for all.</summary>
    public int Partitions { get; private init; }

    /// <summary><c>--budget</c>: <c>max_memory_bytes</c>; 0 for the product's default.</summary>
    public long Budget { get; private init; } = 256L << 20;

    /// <summary><c>--segments</c>: how many a long backup has.</summary>
    public int Segments { get; private init; } = 1_000_000;

    /// <summary><c>--wait</c>: for how many seconds at most a quiet machine is waited for before each run.</summary>
    public TimeSpan Patience { get; private init; } = TimeSpan.FromSeconds(60);

    /// <summary><c>--rows</c>: the rows of the table of limits.</summary>
    public IReadOnlySet<int> Rows { get; private init; } = LimitRows.Numbers;

    /// <summary><c>--program</c>: the kafka-backup that is measured. Default: the one that was built with this program.</summary>
    public MeasuredProgram Program { get; private init; } = MeasuredProgram.Built;

    /// <summary><c>--before</c>: an earlier one, which runs in turn with it.</summary>
    public MeasuredProgram? Before { get; private init; }

    /// <summary><c>--peer</c>: another program with the same command line, which does so as well.</summary>
    public MeasuredProgram? Peer { get; private init; }

    /// <summary><c>--client</c>: <c>source.client</c>. Null: it is left out of the configuration.</summary>
    public string? Client { get; private init; }

    /// <summary><c>--quick</c>: only whether the measuring works is of interest.</summary>
    public bool IsQuick { get; private init; }

    /// <summary>Understands the command line, or gives null.</summary>
    public static Options? Parse(IReadOnlyList<string> arguments)
    {
        var what = arguments is [var first, ..] ? first : "all";
        if (!Known.Contains(what))
        {
            return null;
        }

        // It stands for smaller numbers, which others may replace, wherever it stands.
        var rest = arguments.Skip(1).ToList();
        Options? options = new() { What = what };
        if (rest.Remove(Quick))
        {
            options = IsTaken(what, Quick) ? options with { IsQuick = true, Megabytes = 2, Rounds = 1, Patience = TimeSpan.Zero } : null;
        }

        for (var i = 0; i < rest.Count && options is not null; i += 2)
        {
            options = i + 1 < rest.Count && IsTaken(what, rest[i]) ? options.With(rest[i], rest[i + 1]) : null;
        }

        return options is { IsUsed: true } ? options : null;
    }

    /// <summary>Whether the programs beside ours run in a row that is asked for.</summary>
    private bool IsUsed => (Before is null || Rows.Contains(LimitRows.BesideBeforeRow)) && (Peer is null || Rows.Overlaps(LimitRows.BesidePeer));

    private static bool IsTaken(string what, string name) => Takers.TryGetValue(name, out var takers) && takers.Contains(what);

    private Options? With(string name, string value) => name switch
    {
        "--rows" => ParseRows(value) is { } rows ? this with { Rows = rows } : null,
        "--program" => Find(value) is { } program ? this with { Program = program } : null,
        "--before" => Find(value) is { } program ? this with { Before = program } : null,
        "--peer" => Find(value) is { } program ? this with { Peer = program } : null,
        "--client" => value is "native" or "librdkafka" ? this with { Client = value } : null,
        _ => int.TryParse(value, out var number) && number >= 0 ? With(name, number) : null,
    };

    private Options? With(string name, int number) => name switch
    {
        "--megabytes" => this with { Megabytes = number },
        "--rounds" when number > 0 => this with { Rounds = number },
        "--size" => this with { Size = number },
        "--partitions" => this with { Partitions = number },
        "--budget" => this with { Budget = number },
        "--segments" when number >= 100 => this with { Segments = number },
        "--wait" => this with { Patience = TimeSpan.FromSeconds(number) },
        _ => null,
    };

    private static HashSet<int>? ParseRows(string value)
    {
        var rows = value.Split(',').Select(part => int.TryParse(part, out var row) ? row : 0).ToHashSet();
        return rows.IsSubsetOf(LimitRows.Numbers) ? rows : null;
    }

    private static MeasuredProgram? Find(string path) => File.Exists(path) ? new MeasuredProgram(Path.GetFullPath(path)) : null;
}
