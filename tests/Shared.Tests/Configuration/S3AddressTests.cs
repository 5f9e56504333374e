using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Shared.Tests.Configuration;

/// <summary>What a message gives for <c>--path</c> is read back as the same place.</summary>
public sealed class S3AddressTests
{
    [Theory]
    [InlineData("s3://bucket")]
    [InlineData("s3://bucket/some/prefix")]
    [InlineData("s3://bucket/a%20b/%3F%26?region=eu-central-1")]
    [InlineData("s3://bucket/p?endpoint=https://store.example:9000&region=r")]
    [InlineData("s3://bucket/p?endpoint=http://127.0.0.1:9000&path_style=false")]
    [InlineData("s3://bucket/p?path_style=true&checksum_mode=when_required")]
    public void An_address_is_written_as_it_is_read(string address) =>
        Assert.Equal(address, S3Location.Format(S3Location.Parse(address)));

    [Fact]
    public void Credentials_are_never_in_it()
    {
        var section = S3Location.Parse("s3://bucket/p") with { AccessKey = "AKIA-of-nobody", SecretKey = "secret" };

        Assert.Equal("s3://bucket/p", S3Location.Format(section));
    }
}
