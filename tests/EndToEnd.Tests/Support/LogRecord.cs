using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace KafkaBackup.EndToEnd.Tests.Support;

/// <summary>One header of a record.</summary>
internal sealed record LogHeader(string Name, byte[]? Value);

/// <summary>A record, as a test produces it or as a segment holds it.</summary>
internal sealed record LogRecord(long Offset, long Timestamp, byte[]? Key, byte[]? Value, params IReadOnlyList<LogHeader> Headers)
{
    private const int LongestPrinted = 48;

    /// <summary>The record with what a backup appends to its headers.</summary>
    public LogRecord WithOffsetHeaders(string? sourceClusterId = null)
    {
        var added = new List<LogHeader>(Headers)
        {
            new("x-original-offset", LittleEndian(Offset)),
            new("x-original-timestamp", LittleEndian(Timestamp)),
        };
        if (sourceClusterId is not null)
        {
            added.Add(new LogHeader("x-source-cluster", Encoding.UTF8.GetBytes(sourceClusterId)));
        }

        return this with { Headers = added };
    }

    /// <summary>All of the record on one line, so that equal lines are equal records and a difference can be read.</summary>
    public override string ToString()
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{Offset} at {Timestamp}: {Printed(Key)} = {Printed(Value)}");
        foreach (var header in Headers)
        {
            line.Append(CultureInfo.InvariantCulture, $" [{header.Name}={Printed(header.Value)}]");
        }

        return line.ToString();
    }

    private static byte[] LittleEndian(long number)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return bytes;
    }

    private static string Printed(byte[]? bytes) => bytes switch
    {
        null => "null",
        { Length: <= LongestPrinted } => $"x{Convert.ToHexString(bytes)}",
        _ => $"{bytes.Length} bytes with SHA-256 {Convert.ToHexString(SHA256.HashData(bytes))}",
    };
}
