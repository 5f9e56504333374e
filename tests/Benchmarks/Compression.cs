namespace KafkaBackup.Benchmarks;

/// <summary>What compressing alone took.</summary>
/// <param name="Run">The time of compressing, not that of the process.</param>
/// <param name="BytesBefore">What was compressed.</param>
/// <param name="BytesAfter">What became of it.</param>
internal sealed record Compression(Measured Run, long BytesBefore, long BytesAfter)
{
    /// <summary>Understands what <see cref="CompressAlone"/> prints.</summary>
    public static Compression Parse(Measured run)
    {
        var found = run.Output.Split(' ');
        return new Compression(run.PartOnly(), long.Parse(found[2]), long.Parse(found[3]));
    }
}
