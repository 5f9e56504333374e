using Amazon.Runtime.Internal;
using Amazon.Runtime;
using Amazon.S3.Internal;
using Amazon.S3;
using Amazon;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared;

namespace KafkaBackup.ObjectStores.S3;

/// <summary>Makes the SDK's client as a configuration wants it.</summary>
internal static class S3Connection
{
    /// <exception cref="BackupException">There is no region.</exception>
    public static AmazonS3Client Open(S3StorageSection section, HttpClient http)
    {
        var checksums = section.ChecksumMode == Shared.Configuration.ChecksumMode.WhenSupported;
        var config = new AmazonS3Config
        {
            ForcePathStyle = section.PathStyle,
            RequestChecksumCalculation = checksums ? RequestChecksumCalculation.WHEN_SUPPORTED : RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = checksums ? ResponseChecksumValidation.WHEN_SUPPORTED : ResponseChecksumValidation.WHEN_REQUIRED,
            HttpClientFactory = new SharedClient(http),

            // The store repeats requests itself, as it alone knows which may be: a repeated conditional PUT takes its own success for
            // somebody else's. The second number is about requests on connections that turn out to be broken.
            MaxErrorRetry = 0,
            MaxStaleConnectionRetries = 0,
        };
        if (section.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint;
            config.AuthenticationRegion = section.Region ?? RegionEndpoint.USEast1.SystemName;
        }
        else if ((section.Region is { } name ? RegionEndpoint.GetBySystemName(name) : FallbackRegionFactory.GetRegionEndpoint()) is { } region)
        {
            config.RegionEndpoint = region;
        }
        else
        {
            throw new BackupException(FailureKind.Configuration,
                $"The region of bucket '{section.Bucket}' is not known. Give storage.region (in an address: ?region=name), or set AWS_REGION.");
        }

        return section switch
        {
            { AccessKeyFile: { } access, SecretKeyFile: { } secret } => new OpaqueTagsClient(new S3FileCredentials(access, secret), config),
            { AccessKey: { } access, SecretKey: { } secret } => new OpaqueTagsClient(new BasicAWSCredentials(access, secret), config),
            _ => new OpaqueTagsClient(config),
        };
    }

    /// <summary>The client for one store.</summary>
    public static HttpClient Http(RemoteTuning tuning) => RemoteHttp.Client(new SmallBodiesUnasked(RemoteHttp.Connections(tuning)));

    /// <summary>Takes ETags for what they are, opaque.</summary>
    /// <remarks>
    /// The SDK takes one without a dash for the MD5 of the content, and refuses to read what does not fit: encrypted objects of several
    /// stores, and all of those whose tags are no hexadecimal numbers. Checksums that are called so are compared all the same.
    /// </remarks>
    private sealed class OpaqueTagsClient : AmazonS3Client
    {
        public OpaqueTagsClient(AWSCredentials credentials, AmazonS3Config config)
            : base(credentials, config)
        {
        }

        public OpaqueTagsClient(AmazonS3Config config)
            : base(config)
        {
        }

        protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
        {
            base.CustomizeRuntimePipeline(pipeline);
            pipeline.RemoveHandler<AmazonS3ResponseHandler>();
        }
    }

    private sealed class SharedClient(HttpClient http) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => http;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
    }

    /// <summary>Takes <c>Expect: 100-continue</c>, which the SDK puts on every upload, off small ones: the question costs a round trip.</summary>
    private sealed class SmallBodiesUnasked(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Content?.Headers.ContentLength <= RemoteTuning.SmallBody)
            {
                request.Headers.ExpectContinue = false;
            }

            return base.SendAsync(request, cancellationToken);
        }
    }
}
