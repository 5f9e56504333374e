namespace KafkaBackup.Benchmarks.Limits;

/// <summary>One line of the table of limits: what a run of ours takes, beside what one takes that does only what has to be, and the aim.</summary>
/// <param name="Number">The row; several lines may be of one.</param>
/// <param name="Workload">What both go over.</param>
/// <param name="Quantity">What is looked at.</param>
/// <param name="Ours">Our run.</param>
/// <param name="Limit">The other; null when the aim is an absolute one.</param>
/// <param name="Aim">Of the ratio of both, or of ours.</param>
internal sealed record LimitRow(int Number, Workload Workload, Quantity Quantity, RunKind Ours, RunKind? Limit, double Aim)
{
    /// <summary>The runs that it takes.</summary>
    public IEnumerable<RunKind> Runs => Limit is { } limit ? [Ours, limit] : [Ours];

    /// <summary>The line.</summary>
    /// <param name="found">What was measured.</param>
    /// <param name="isJudged">Whether the aim is told, and whether it is held: of a few megabytes neither says anything.</param>
    public string Show(Measurements found, bool isJudged)
    {
        var ours = found.Of(Workload, Ours);
        var value = Quantity.Take(ours).First;
        var (limitText, ratioText, unit) = ("", "", $" {Quantity.Unit}");
        if (Limit is { } kind)
        {
            var limit = found.Of(Workload, kind);
            var ratio = Ratio(Quantity, ours, limit);
            (value, limitText, ratioText, unit) = (ratio.First, $"{Quantity.Show(limit)} {Quantity.Unit}", Show(ratio), "");
        }

        var isHeld = Quantity.IsToBeReached ? value >= Aim : value <= Aim;
        var verdict = isJudged ? $"{(Quantity.IsToBeReached ? "≥" : "≤")} {Aim}{unit} | {(isHeld ? "yes" : "no")}" : "– | –";
        return $"| {What()} | {Quantity.Show(ours)} {Quantity.Unit} | {limitText} | {ratioText} | {verdict} |";
    }

    /// <summary>The ratios of what stands for all rounds, and of the medians.</summary>
    public static (double First, double Median) Ratio(Quantity quantity, IEnumerable<Measured> ours, IEnumerable<Measured> others)
    {
        var (mine, other) = (quantity.Take(ours), quantity.Take(others));
        return (mine.First / other.First, mine.Median / other.Median);
    }

    /// <summary>Such ratios as text.</summary>
    public static string Show((double First, double Median) ratio) => $"{ratio.First:N2} / {ratio.Median:N2}";

    private string What()
    {
        var quantity = Quantity == Quantity.Wall ? "wall" : Quantity == Quantity.Processor ? "CPU" : Quantity == Quantity.Peak ? "peak RSS" : Quantity == Quantity.Busy ? "of a core" : "rate";
        var records = Workload == Workload.Start ? "" : $", {Workload.Name}"; // How many they are does not matter there.
        return $"{Number}. {quantity}, {Ours.Name()}{records}{(Limit is { } limit ? $"; limit: {limit.Name()}" : "")}";
    }
}
