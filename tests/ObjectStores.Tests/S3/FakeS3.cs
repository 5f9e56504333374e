using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.ObjectStores.S3;
using KafkaBackup.ObjectStores.Tests.Remote;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.Tests.S3;

/// <summary>A fake server, and clients of S3 that talk to it.</summary>
internal sealed class FakeS3(Func<FakeRequest, FakeAnswer> answer) : FakeServer(answer)
{
    public S3ObjectStore Open(RemoteTuning? tuning = null, ChecksumMode checksums = ChecksumMode.WhenRequired) => new(
        new S3StorageSection
        {
            Bucket = "bucket",
            Prefix = "pre/fix",
            Endpoint = Endpoint,
            PathStyle = true,
            AccessKey = "key",
            SecretKey = "secret",
            ChecksumMode = checksums,
        },
        tuning ?? Quick,
        Clock);

    /// <summary>As a run has it: with patience, and pauses that take no time.</summary>
    public RetryingObjectStore OpenPatient(RemoteTuning? tuning = null) => Patient(Open(tuning));
}
