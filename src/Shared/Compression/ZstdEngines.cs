namespace KafkaBackup.Shared.Compression;

/// <summary>Chooses between the engines, once for the whole process: the native library where it loads, as it is faster, else the managed one.</summary>
public static class ZstdEngines
{
    /// <summary>The environment variable that forces an engine: <c>native</c> or <c>managed</c>. Empty is as good as not set.</summary>
    public const string Variable = "KAFKA_BACKUP_ZSTD";

    /// <summary>The level that is used where nobody says another one, and by default of the library.</summary>
    public const int DefaultLevel = 3;

    internal const int MinLevel = 1;

    internal const int MaxLevel = 22;

    private const string Native = "native", Managed = "managed";

    private static readonly Lazy<ZstdChoice> Chosen = new(() => Choose(Environment.GetEnvironmentVariable(Variable), NativeZstd.WhyNotThere));

    /// <summary>The engine of this process, and why it is that one. The first call loads the native library.</summary>
    /// <exception cref="BackupException">The variable has an unknown value, or wants the native library where that does not load.</exception>
    public static ZstdChoice Choice => Chosen.Value;

    /// <summary>The engine of this process.</summary>
    /// <exception cref="BackupException">As of <see cref="Choice"/>.</exception>
    public static IZstdEngine Current => Chosen.Value.Engine;

    /// <summary>Refuses what the environment forces and cannot be had. Where it forces nothing this costs nothing: no library is loaded.</summary>
    /// <exception cref="BackupException">As of <see cref="Choice"/>.</exception>
    public static void CheckEnvironment()
    {
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable)))
        {
            _ = Choice;
        }
    }

    /// <summary>Chooses an engine.</summary>
    /// <param name="wanted">The value of the variable.</param>
    /// <param name="whyNotNative">Tries to load the native library; null: it is there.</param>
    internal static ZstdChoice Choose(string? wanted, Func<string?> whyNotNative) => wanted switch
    {
        Managed => new ZstdChoice(ManagedZstd.Instance, $"{Variable} is {Managed}", IsForced: true),
        Native => whyNotNative() is { } why
            ? throw new BackupException(
                FailureKind.Configuration,
                $"{Variable} is {Native}, and the native library of zstd cannot be used: {why}. Without the variable the managed engine is taken, which is slower.")
            : new ZstdChoice(NativeZstd.Instance, null, IsForced: true),
        null or "" => whyNotNative() is { } why
            ? new ZstdChoice(ManagedZstd.Instance, $"the native library cannot be used: {why}", IsForced: false)
            : new ZstdChoice(NativeZstd.Instance, null, IsForced: false),
        _ => throw new BackupException(
            FailureKind.Configuration, $"{Variable} must be {Native} or {Managed}, or not set, not '{wanted}'."),
    };
}
