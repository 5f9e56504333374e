using Confluent.Kafka;

namespace KafkaBackup.Shared.Kafka;

/// <summary>A consumer and what it complains about.</summary>
internal sealed class PooledConsumer : IDisposable
{
    public PooledConsumer(KafkaClients clients)
    {
        Trouble = new ClientTrouble(TimeProvider.System);
        Client = clients.CreateConsumer(Trouble);
    }

    public ClientTrouble Trouble { get; }

    public IConsumer<byte[]?, byte[]?> Client { get; }

    public void Dispose()
    {
        Client.Dispose();
        Trouble.Dispose();
    }
}
