using KafkaBackup.Operator.Definitions;
using KafkaBackup.Operator.Tests.Support;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Operator.Tests.Definitions;

public sealed class BackupDefinitionTests
{
    [Fact]
    public void What_an_object_does_not_say_is_as_OSO_has_it()
    {
        var read = Objects.Read(BackupDefinition.Of(Objects.Backup()));

        Assert.Equal(("orders", "/data/backups"), (read.BackupId.Value, ((FileSystemStorageSection)read.Storage).Path));
        Assert.Equal((CompressionCodec.Zstd, 3, 134_217_728L, 60_000.0), (read.Backup.Compression, read.Backup.CompressionLevel, read.Backup.SegmentMaxBytes, read.Backup.SegmentMaxInterval.TotalMilliseconds));
        Assert.True(read.Backup.IncludeOffsetHeaders);
        Assert.NotNull(read.OffsetStorage); // So that each run goes on where the one before it ended.
    }

    [Fact]
    public void A_field_that_is_null_is_one_that_is_not_given()
    {
        var given = BackupDefinition.Of(Objects.Backup("""
            {
              "kafkaCluster": { "bootstrapServers": ["kafka:9092"], "connection": null, "tlsSecret": null, "saslSecret": null },
              "storage": { "storageType": "s3", "pvc": null, "s3": { "bucket": "b", "region": "r", "allowHttp": null, "credentialsSecret": null } },
              "excludeTopics": null, "schedule": null, "checkpoint": null, "rateLimiting": null, "sourceClusterId": null, "runDeadlineSecs": null
            }
            """));

        Assert.Equal(BackupDefinition.Of(Objects.Backup("""{ "storage": { "storageType": "s3", "s3": { "bucket": "b", "region": "r" } } }""")).Text, given.Text);
    }

    [Fact]
    public void Every_field_of_a_run_reaches_the_definition()
    {
        var read = Objects.Read(BackupDefinition.Of(Objects.Backup("""
            {
              "backupId": "production", "topics": ["orders*", "a: b #c"], "excludeTopics": ["*.tmp"], "includeInternalTopics": true,
              "compression": "lz4", "compressionLevel": 7, "segmentMaxBytes": 1000000, "segmentMaxIntervalMs": 5000, "stopAtCurrentOffsets": true,
              "includeOffsetHeaders": false, "sourceClusterId": "east", "consumerGroupSnapshot": true, "checkpoint": { "intervalSecs": 7 },
              "rateLimiting": { "maxConcurrentPartitions": 3 }, "storagePatienceSecs": 11
            }
            """)));

        Assert.Equal("production", read.BackupId.Value);
        Assert.Equal(["orders*", "a: b #c"], read.Source.Topics.Include);
        Assert.Equal(["*.tmp"], read.Source.Topics.Exclude);
        Assert.Equal((CompressionCodec.Lz4, 7, 1_000_000L, 5_000.0), (read.Backup.Compression, read.Backup.CompressionLevel, read.Backup.SegmentMaxBytes, read.Backup.SegmentMaxInterval.TotalMilliseconds));
        Assert.Equal((true, true, false, true), (read.Backup.StopsAtCurrentOffsets, read.Backup.IncludesInternalTopics, read.Backup.IncludeOffsetHeaders, read.Backup.SnapshotsConsumerGroups));
        Assert.Equal(("east", 7.0, 3), (read.Backup.SourceClusterId, read.SyncInterval.TotalSeconds, read.Backup.MaxConcurrentPartitions));
        Assert.Equal(11, read.Storage.Patience?.TotalSeconds);
    }

    [Fact]
    public void A_continuous_one_has_its_interval()
    {
        var read = Objects.Read(BackupDefinition.Of(Objects.Backup("""{ "continuous": true, "pollIntervalMs": 250 }""")));

        Assert.Equal((true, 250.0), (read.Backup.IsContinuous, read.Backup.PollInterval.TotalMilliseconds));
    }

    [Fact]
    public void Without_checkpoints_runs_go_on_all_the_same_and_the_interval_does_not_count()
    {
        var read = Objects.Read(BackupDefinition.Of(Objects.Backup("""{ "checkpoint": { "enabled": false, "intervalSecs": 7 } }""")));

        Assert.NotNull(read.OffsetStorage);
        Assert.Equal(30, read.SyncInterval.TotalSeconds);
    }

    [Fact]
    public void Secrets_are_named_and_not_in_it()
    {
        var source = Objects.Read(BackupDefinition.Of(Objects.Backup("""
            {
              "kafkaCluster": {
                "bootstrapServers": ["kafka:9094"], "securityProtocol": "SASL_SSL", "connection": { "tcpKeepalive": false, "tcpNodelay": false },
                "caSecret": { "name": "cluster-ca-cert" }, "tlsSecret": { "name": "user", "certKey": "user.crt", "keyKey": "user.key" },
                "saslSecret": { "name": "login", "mechanism": "SCRAM-SHA-512" }
              }
            }
            """))).Source;

        var (security, at) = (source.Security, $"{Objects.Folder}/shop");
        Assert.Equal((SecurityProtocol.SaslSsl, SaslMechanism.ScramSha512), (security.Protocol, security.Mechanism));
        Assert.Equal(($"{at}/login/username", $"{at}/login/password"), (security.UsernameFile, security.PasswordFile));
        Assert.Equal(($"{at}/cluster-ca-cert/ca.crt", $"{at}/user/user.crt", $"{at}/user/user.key"), (security.CaLocation, security.CertificateLocation, security.KeyLocation));
        Assert.Equal((false, false), (source.Connection.TcpKeepalive, source.Connection.TcpNoDelay));
    }

    [Fact]
    public void A_user_of_Strimzi_is_called_as_its_secret_does_not_say()
    {
        var security = Objects.Read(BackupDefinition.Of(Objects.Backup("""
            {
              "kafkaCluster": {
                "bootstrapServers": ["kafka:9094"], "securityProtocol": "SASL_SSL", "tlsSecret": { "name": "ca", "caKey": "tls-ca.pem" },
                "saslSecret": { "name": "backup-user", "mechanism": "SCRAM-SHA-512", "username": "backup-user" }
              }
            }
            """))).Source.Security;

        Assert.Equal(("backup-user", null, $"{Objects.Folder}/shop/ca/tls-ca.pem"), (security.Username, security.UsernameFile, security.CaLocation));
    }

    [Fact]
    public void S3_has_its_keys_in_files()
    {
        var s3 = (S3StorageSection)Objects.Read(BackupDefinition.Of(Objects.Backup("""
            {
              "storage": { "storageType": "s3", "s3": {
                "bucket": "b", "region": "eu-west-1", "endpoint": "http://minio:9000", "pathStyle": true, "allowHttp": true, "prefix": "p/q",
                "credentialsSecret": { "name": "keys", "accessKeyIdKey": "id", "secretAccessKeyKey": "key" } } }
            }
            """))).Storage;

        Assert.Equal(("b", "eu-west-1", "http://minio:9000", true, "p/q"), (s3.Bucket, s3.Region, s3.Endpoint, s3.PathStyle, s3.Prefix));
        Assert.Equal(($"{Objects.Folder}/shop/keys/id", $"{Objects.Folder}/shop/keys/key"), (s3.AccessKeyFile, s3.SecretKeyFile));
    }

    [Fact]
    public void A_pod_with_a_role_needs_no_keys()
    {
        var s3 = (S3StorageSection)Objects.Read(BackupDefinition.Of(Objects.Backup("""{ "storage": { "storageType": "s3", "s3": { "bucket": "b", "region": "eu-west-1" } } }"""))).Storage;

        Assert.Equal((null, null), (s3.AccessKeyFile, s3.AccessKey));
    }

    [Theory]
    [InlineData("""{ "topics": ["${KAFKA_BACKUP_HTTP_TOKEN}"] }""", "spec.topics")]
    [InlineData("""{ "sourceClusterId": "a${HOME}" }""", "spec.sourceClusterId")]
    [InlineData("""{ "storage": { "storageType": "s3", "s3": { "bucket": "b", "region": "r", "endpoint": "https://evil/${AWS_SECRET_ACCESS_KEY}" } } }""", "spec.storage.s3.endpoint")]
    [InlineData("""{ "kafkaCluster": { "bootstrapServers": ["${AWS_SECRET_ACCESS_KEY}.evil:9092"] } }""", "spec.kafkaCluster.bootstrapServers")]
    public void Variables_of_the_nodes_are_not_for_authors_of_objects(string spec, string place)
    {
        var refused = Assert.Throws<SpecException>(() => BackupDefinition.Of(Objects.Backup(spec)));

        Assert.StartsWith($"{place} has '${{' in it", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../other/keys")]
    [InlineData("..")]
    [InlineData("")]
    public void A_secret_of_another_namespace_cannot_be_named(string name)
    {
        var refused = Assert.Throws<SpecException>(() => BackupDefinition.Of(Objects.Backup(
            $$"""{ "storage": { "storageType": "gcs", "gcs": { "bucket": "b", "credentialsSecret": { "name": "{{name}}" } } } }""")));

        Assert.Contains($"'{name}' is no name of a Secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_nodes_own_credentials_are_sent_to_no_address_that_an_object_names()
    {
        const string Azure = """{ "storage": { "storageType": "azure", "azure": { "container": "c", "accountName": "a", "endpoint": "https://evil.example" SECRET } } }""";

        var refused = Assert.Throws<SpecException>(() => BackupDefinition.Of(Objects.Backup(Azure.Replace("SECRET", "", StringComparison.Ordinal))));
        Assert.StartsWith("spec.storage.azure.endpoint goes with a Secret of this namespace", refused.Message, StringComparison.Ordinal);
        var own = (AzureStorageSection)Objects.Read(BackupDefinition.Of(Objects.Backup(Azure.Replace("SECRET", """, "credentialsSecret": { "name": "key" }""", StringComparison.Ordinal)))).Storage;
        Assert.Equal(($"{Objects.Folder}/shop/key/AZURE_STORAGE_KEY", "https://evil.example"), (own.AccountKeyFile, own.Endpoint));
    }

    [Fact]
    public void A_path_stays_in_its_claim() => Assert.Throws<SpecException>(() => BackupDefinition.Of(Objects.Backup(
        """{ "storage": { "storageType": "pvc", "pvc": { "claimName": "backups", "subPath": "a/../../etc" } } }""")));

    [Fact]
    public void A_definition_says_whose_it_is()
    {
        Assert.Equal("shop/orders", BackupDefinition.OwnerOf(BackupDefinition.Of(Objects.Backup()).Text));
        Assert.Null(BackupDefinition.OwnerOf("mode: backup\nbackup_id: orders\n"));
    }

    [Fact]
    public void All_secrets_of_a_definition_are_found()
    {
        var text = BackupDefinition.Of(Objects.Backup("""
            { "storage": { "storageType": "gcs", "gcs": { "bucket": "b", "credentialsSecret": { "name": "robot" } } } }
            """)).Text;

        Assert.Equal([new SecretKey("shop", "robot", "SERVICE_ACCOUNT_JSON")], SecretPath.In(text));
        Assert.Empty(SecretPath.In("path: ${KAFKA_BACKUP_SECRETS}/shop/../x\nother: ${KAFKA_BACKUP_SECRETS}/shop\n"));
    }
}
