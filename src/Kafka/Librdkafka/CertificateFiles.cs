using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Watches the files that <c>source.security</c> names: whether clients have to be made anew, and whether what they use has
/// expired.</summary>
/// <remarks>
/// librdkafka reads the files once for each client, and certificates are renewed under a run that goes on for months. Files are replaced one
/// after the other: what does not belong together, or cannot be read, is passed over until it does, and clients that exist are left alone.
/// </remarks>
internal sealed class CertificateFiles(SecuritySection security, TimeProvider clock, string section = "source")
{
    /// <summary>How long files may contradict each other before that is told: longer than it takes to replace them.</summary>
    public static readonly TimeSpan ObjectionPatience = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly string[] _paths =
    [
        .. new[] { security.CaLocation, security.CertificateLocation, security.KeyLocation }.Where(_ => security.IsTls)
            .Concat(new[] { security.UsernameFile, security.PasswordFile }.Where(_ => security.IsSasl)).OfType<string>(),
    ];

    private string? _used;
    private DateTimeOffset? _certificateUntil;
    private DateTimeOffset? _authoritiesUntil;
    private Unusable? _unusable;
    private volatile int _generation;

    /// <summary>Whether there are any.</summary>
    public bool AreNamed => _paths.Length > 0;

    /// <summary>Of which generation of the files clients are to be, as of the last <see cref="Refresh"/>: those of an earlier one are to be
    /// replaced.</summary>
    public int Generation => _generation;

    /// <summary>The client's certificate, if the one in use has expired and nobody has replaced it by a valid one.</summary>
    public ExpiredFile? ExpiredCertificate => Expired(security.CertificateLocation, () => _certificateUntil);

    /// <summary>The authorities, if all of those in use have expired and nobody has replaced them.</summary>
    public ExpiredFile? ExpiredAuthorities => Expired(security.CaLocation, () => _authoritiesUntil);

    /// <summary>Reads the files again.</summary>
    public FilesChange Refresh()
    {
        if (_paths.Length == 0)
        {
            return FilesChange.None;
        }

        lock (_gate)
        {
            var content = Content();
            if (content == _used)
            {
                _unusable = null;
                return FilesChange.None;
            }

            return PemFiles.Judge(security, section) is { Count: > 0 } problems ? Object(content, problems[0].ToString()) : Take(content);
        }
    }

    private FilesChange Object(string content, string problem)
    {
        if (_unusable is not { } known || known.Content != content)
        {
            _unusable = new Unusable(content, clock.GetTimestamp(), WasTold: false);
            return FilesChange.None;
        }

        if (known.WasTold || clock.GetElapsedTime(known.Since) < ObjectionPatience)
        {
            return FilesChange.None;
        }

        _unusable = known with { WasTold = true };
        return new FilesChange(WasTaken: false, problem);
    }

    private FilesChange Take(string content)
    {
        var isFirst = _used is null;
        try
        {
            (_certificateUntil, _authoritiesUntil) = (FirstUntil(security.CertificateLocation), LastUntil(security.CaLocation));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return FilesChange.None; // Replaced between two looks at them.
        }

        (_used, _unusable) = (content, null);
        if (isFirst)
        {
            return FilesChange.None;
        }

        _generation++;
        return new FilesChange(WasTaken: true, null);
    }

    private ExpiredFile? Expired(string? path, Func<DateTimeOffset?> until)
    {
        lock (_gate)
        {
            return path is not null && until() is { } end && clock.GetUtcNow() > end ? new ExpiredFile(path, end) : null;
        }
    }

    /// <summary>A digest of all files; what cannot be read counts as empty.</summary>
    private string Content()
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in _paths)
        {
            try
            {
                digest.AppendData(SHA256.HashData(File.ReadAllBytes(path)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                digest.AppendData([0]);
            }
        }

        return Convert.ToHexString(digest.GetHashAndReset());
    }

    /// <summary>The end of the first certificate of a file: the client's own, before those that lead to its authority.</summary>
    private static DateTimeOffset? FirstUntil(string? path) => Certificates(path) is [var first, ..] ? first : null;

    private static DateTimeOffset? LastUntil(string? path) => Certificates(path) is { Count: > 0 } all ? all.Max() : null;

    private static List<DateTimeOffset> Certificates(string? path)
    {
        var found = new X509Certificate2Collection();
        if (path is not null)
        {
            found.ImportFromPemFile(path);
        }

        var ends = found.Select(certificate => new DateTimeOffset(certificate.NotAfter)).ToList();
        foreach (var certificate in found)
        {
            certificate.Dispose();
        }

        return ends;
    }

    /// <summary>A content of the files that cannot be used.</summary>
    private sealed record Unusable(string Content, long Since, bool WasTold);
}
