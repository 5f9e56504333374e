using System.IO.Compression;
using System.Reflection;
using System.Runtime.Loader;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Testing;

namespace KafkaBackup.Shared.Tests.Protocol;

/// <summary>The wire format of an earlier build of this program, as it was compiled on 29 November 2026.</summary>
/// <remarks>It is replaced by that of a release once nodes of before are no longer upgraded from.</remarks>
internal sealed class EarlierBuild
{
    private readonly Type _format;

    public EarlierBuild()
    {
        var context = new AssemblyLoadContext("earlier");
        using var file = new GZipStream(File.OpenRead(Path.Combine(Repository.Root, "tests", "Shared.Tests", "Protocol", "Earlier", "KafkaBackup.Shared.dll.gz")), CompressionMode.Decompress);
        var assembly = new MemoryStream();
        file.CopyTo(assembly);
        assembly.Position = 0;
        _format = context.LoadFromStream(assembly).GetType(typeof(WireFormat).FullName!)!;
        Read = Of<ReadBytes>(nameof(WireFormat.Read));
        Write = Of<Func<object, byte[]>>(nameof(WireFormat.Write));
        NameOf = Of<Func<object, string>>(nameof(WireFormat.NameOf));
    }

    public delegate object ReadBytes(ReadOnlySpan<byte> bytes, string name);

    public ReadBytes Read { get; }

    public Func<object, byte[]> Write { get; }

    public Func<object, string> NameOf { get; }

    /// <summary>How many messages it knows.</summary>
    public int Count => ((IReadOnlyCollection<Type>)_format.GetProperty(nameof(WireFormat.Types))!.GetValue(null)!).Count;

    private T Of<T>(string method)
        where T : Delegate => _format.GetMethod(method, BindingFlags.Public | BindingFlags.Static)!.CreateDelegate<T>();
}
