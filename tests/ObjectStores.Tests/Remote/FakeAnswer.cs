using System.Text;

namespace KafkaBackup.ObjectStores.Tests.Remote;

/// <summary>What <see cref="FakeServer"/> says to a request.</summary>
internal sealed record FakeAnswer
{
    /// <summary>No answer; the connection stays open.</summary>
    public static FakeAnswer Silence { get; } = new() { IsSilence = true };

    /// <summary>No answer, but a reset of the connection.</summary>
    public static FakeAnswer Reset { get; } = new() { IsReset = true };

    /// <summary>No answer, but an orderly end of the connection.</summary>
    public static FakeAnswer Farewell { get; } = new() { IsFarewell = true };

    public bool IsSilence { get; private init; }

    public bool IsReset { get; private init; }

    public bool IsFarewell { get; private init; }

    public int Status { get; init; } = 200;

    public string? ETag { get; init; }

    public byte[] Body { get; init; } = [];

    /// <summary>How many bytes of the body are sent before the connection ends; all by default.</summary>
    public int? CutAfter { get; init; }

    /// <summary>Whether the connection stays open after a body that was cut.</summary>
    public bool StaysOpen { get; init; }

    /// <summary>More headers, each with its line end.</summary>
    public string Headers { get; init; } = "";

    /// <summary>Whether the body comes in HTTP chunks, without its length.</summary>
    public bool IsChunked { get; init; }

    public static FakeAnswer Ok(string etag, string body = "") => new() { ETag = etag, Body = Encoding.UTF8.GetBytes(body) };

    public static FakeAnswer Error(int status, string code) => new()
    {
        Status = status,
        Body = Encoding.UTF8.GetBytes($"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>words that nobody reads</Message></Error>"),
    };

    public static FakeAnswer Json(string body, int status = 200) => new() { Status = status, Body = Encoding.UTF8.GetBytes(body) };

    public static FakeAnswer Xml(string body) => new() { Body = Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + body) };

    public byte[] Bytes(string method)
    {
        var head = $"HTTP/1.1 {Status} Words\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\n"
            + (IsChunked ? "Transfer-Encoding: chunked\r\n" : $"Content-Length: {Body.Length}\r\n")
            + (ETag is null ? "" : $"ETag: \"{ETag}\"\r\n") + Headers + "\r\n";
        var body = method == "HEAD" ? [] : Body[..(CutAfter ?? Body.Length)];
        return IsChunked
            ? [.. Encoding.ASCII.GetBytes($"{head}{body.Length:x}\r\n"), .. body, .. "\r\n"u8, .. CutAfter is null ? "0\r\n\r\n"u8 : []]
            : [.. Encoding.ASCII.GetBytes(head), .. body];
    }
}
