using KafkaBackup.Shared.Compression;

namespace KafkaBackup.Shared.Tests.Compression;

/// <summary>The managed library keeps the contract.</summary>
public sealed class ManagedZstdTests : ZstdEngineContract
{
    private protected override IZstdEngine Engine => ManagedZstd.Instance;

    private protected override IZstdEngine Other => NativeZstd.Instance;
}
