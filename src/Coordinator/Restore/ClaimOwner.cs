using System.Globalization;
using System.Text.Json.Serialization;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>A process that is at work on a restore.</summary>
/// <param name="Host">The name of its machine, for messages.</param>
/// <param name="Process">Its id there.</param>
/// <param name="Unique">Tells it from all others.</param>
internal sealed record ClaimOwner(string Host, int Process, string Unique)
{
    /// <summary>There always is one, unless other users' processes are hidden.</summary>
    private const int Init = 1;

    /// <summary>Where its id counts: one boot of one kernel, one namespace of processes. Null where that is not to be had.</summary>
    public string? Scope { get; init; }

    /// <summary>When it began, in ticks of that kernel, as ids of processes are used again.</summary>
    public string? Began { get; init; }

    /// <summary>Whether nodes of a cluster work for it: they go on for a while when it is gone.</summary>
    public bool HasNodes { get; init; }

    /// <summary>This process, as a new owner.</summary>
    public static ClaimOwner New(bool hasNodes = false) => new(Environment.MachineName, Environment.ProcessId, Guid.NewGuid().ToString("N"))
    {
        Scope = ThisScope(),
        Began = BeganOf(Environment.ProcessId),
        HasNodes = hasNodes,
    };

    /// <summary>Whether it certainly writes no more: it was a process of this very machine, and is no more. False when that cannot be told.</summary>
    [JsonIgnore]
    public bool IsGone => !HasNodes && Scope is not null && Began is not null && Scope == ThisScope() && BeganOf(Init) is not null && BeganOf(Process) != Began;

    /// <inheritdoc />
    public override string ToString() => $"process {Process} on {Host}";

    private static string? ThisScope()
    {
        try
        {
            return $"{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()} {new FileInfo("/proc/self/ns/pid").LinkTarget}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // No Linux: whether a process lives is seen by its beat.
        }
    }

    /// <summary>When a process began; null when there is none, or what is left of one that was killed.</summary>
    private static string? BeganOf(int process)
    {
        const int StateField = 0, BeganField = 19; // Of the fields behind the name, which may hold anything: proc(5).
        try
        {
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return fields[StateField] is "Z" or "X" ? null : fields[BeganField];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
