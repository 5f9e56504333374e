using KafkaBackup.EndToEnd.Tests.Support;

namespace KafkaBackup.EndToEnd.Tests;

public sealed class BenchmarkTests
{
    private const int Cells = 6;
    private const int DetailCells = 8;

    /// <summary>Beside this project's folder, as it was built with it.</summary>
    private static readonly string Benchmarks = Path.GetFullPath($"../../KafkaBackup.Benchmarks/{Configuration}/KafkaBackup.Benchmarks.dll", AppContext.BaseDirectory);

    private static string Configuration => Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    [Fact]
    public async Task Each_row_of_the_table_of_limits_has_its_numbers()
    {
        using var run = CliRun.StartOther(Benchmarks, Path.GetTempPath(), "limits", "--quick", "--rows", "1,4,5,6,12");

        var result = (await run.FinishAsync()).AssertExit(0);

        var lines = result.Output.Split('\n').Select(line => line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries)).ToList();
        var rows = lines.Where(cells => cells.Length == Cells && RowOf(cells) is not null).ToList();
        var processes = lines.Where(cells => cells.Length == DetailCells && cells[0] != "records" && !cells[0].StartsWith('-')).ToList();
        Assert.Equal([1, 4, 5, 6, 12], rows.Select(cells => RowOf(cells)!.Value).Distinct());
        Assert.All(rows, cells => Assert.True(HasNumbers(cells[1]), cells[1]));
        Assert.All(
            rows.Where(cells => cells[0].Contains("limit:", StringComparison.Ordinal)), cells => Assert.True(Array.TrueForAll(cells[2..4], HasNumbers), cells[0]));
        Assert.NotEmpty(processes);
        Assert.All(processes, cells => Assert.True(Array.TrueForAll(cells[2..4], HasNumbers), cells[1]));
    }

    [Theory]
    [InlineData("limits", "--size", "100")]
    [InlineData("limits", "--rows", "13")]
    [InlineData("limits", "--rows", "4", "--peer", "/bin/sh")]
    [InlineData("backup", "--quick")]
    public async Task An_option_that_would_be_passed_over_is_refused(params string[] arguments)
    {
        using var run = CliRun.StartOther(Benchmarks, Path.GetTempPath(), arguments);

        var result = (await run.FinishAsync()).AssertExit(2);

        Assert.StartsWith("Say what to measure", result.Error, StringComparison.Ordinal);
    }

    /// <summary>The number that a row of the first table begins with.</summary>
    private static int? RowOf(string[] cells) => int.TryParse(cells[0].Split(". ")[0], out var number) ? number : null;

    /// <summary>Whether a cell is two numbers with a stroke between them, and perhaps a unit.</summary>
    private static bool HasNumbers(string cell) => cell.Split(' ') is [var first, "/", var median, ..] && IsNumber(first) && IsNumber(median);

    private static bool IsNumber(string text) => double.TryParse(text, out var number) && double.IsFinite(number);
}
