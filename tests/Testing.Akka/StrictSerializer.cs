using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Serialization;

namespace KafkaBackup.Testing.Protocol;

/// <summary>Stands where Akka would fall back to JSON with CLR names: it refuses messages of ours, and lets Akka's own pass as they are.</summary>
public sealed class StrictSerializer(ExtendedActorSystem system) : Serializer(system)
{
    private static readonly ConcurrentDictionary<Guid, object> UnderWay = [];

    public override int Identifier => 22_699;

    public override bool IncludeManifest => false;

    public override byte[] ToBinary(object obj)
    {
        var name = obj.GetType().FullName!;
        if (name.StartsWith("KafkaBackup.", StringComparison.Ordinal))
        {
            throw new ArgumentException($"{name} crossed from one actor to another, and is neither a wire message nor marked as local.", nameof(obj));
        }

        var ticket = Guid.NewGuid();
        UnderWay[ticket] = obj;
        return ticket.ToByteArray();
    }

    public override object FromBinary(byte[] bytes, Type type) =>
        UnderWay.TryRemove(new Guid(bytes), out var found) ? found : throw new ArgumentException("It was read before.", nameof(bytes));
}
