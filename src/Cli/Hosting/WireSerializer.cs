using Akka.Actor;
using Akka.Serialization;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Cli.Hosting;

/// <summary>Akka's way to the table of <see cref="WireFormat"/>: for messages that cross nodes, and for journals.</summary>
public sealed class WireSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>Never changes: journals name it.</summary>
    public override int Identifier => 22_601;

    /// <inheritdoc />
    public override string Manifest(object o) => WireFormat.NameOf(o);

    /// <inheritdoc />
    public override byte[] ToBinary(object obj) => WireFormat.Write(obj);

    /// <inheritdoc />
    public override object FromBinary(byte[] bytes, string manifest) => WireFormat.Read(bytes, manifest);
}
