namespace KafkaBackup.Benchmarks;

/// <summary>What is measured, and of how much.</summary>
internal sealed record Options
{
    /// <summary>What is known on the command line as a measurement.</summary>
    public static IReadOnlyList<string> Known { get; } = ["wire", "broker", "backup", "restore", "memory", "many", "segments", "all"];

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

    /// <summary>Understands the command line, or gives null.</summary>
    public static Options? Parse(IReadOnlyList<string> arguments)
    {
        var options = new Options();
        if (arguments is [var what, ..])
        {
            options = options with { What = what };
        }

        for (var i = 1; i < arguments.Count; i += 2)
        {
            if (i + 1 == arguments.Count || !long.TryParse(arguments[i + 1], out var number) || number is < 0 or > int.MaxValue)
            {
                return null;
            }

            switch (arguments[i])
            {
                case "--megabytes":
                    options = options with { Megabytes = (int)number };
                    break;
                case "--rounds" when number > 0:
                    options = options with { Rounds = (int)number };
                    break;
                case "--size":
                    options = options with { Size = (int)number };
                    break;
                case "--partitions":
                    options = options with { Partitions = (int)number };
                    break;
                case "--budget":
                    options = options with { Budget = number };
                    break;
                case "--segments" when number >= 100:
                    options = options with { Segments = (int)number };
                    break;
                case "--wait":
                    options = options with { Patience = TimeSpan.FromSeconds(number) };
                    break;
                default:
                    return null;
            }
        }

        return Known.Contains(options.What) ? options : null;
    }
}
