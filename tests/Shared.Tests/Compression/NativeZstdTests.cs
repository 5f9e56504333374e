using KafkaBackup.Shared.Compression;
using Xunit;

namespace KafkaBackup.Shared.Tests.Compression;

/// <summary>The native library keeps the contract.</summary>
public sealed class NativeZstdTests : ZstdEngineContract
{
    private protected override IZstdEngine Engine => NativeZstd.Instance;

    private protected override IZstdEngine Other => ManagedZstd.Instance;

    [Fact]
    public void It_is_there_where_tests_run() => Assert.Null(NativeZstd.WhyNotThere());

    [Theory]
    [InlineData("Unable to load shared library 'libzstd'. Consider: \n/app/libzstd.so: cannot open shared object file: No such file or directory\n"
        + "/app/runtimes/libzstd.so: version `GLIBC_2.38' not found\n/app/liblibzstd.so: cannot open shared object file: No such file or directory\n",
        "/app/runtimes/libzstd.so: version `GLIBC_2.38' not found")]
    [InlineData("Unable to load shared library 'libzstd'. Consider: \n/app/libzstd.so: cannot open shared object file: No such file or directory\n"
        + "/app/liblibzstd.so: cannot open shared object file: No such file or directory\n",
        "/app/libzstd.so: cannot open shared object file: No such file or directory")]
    [InlineData("It does not load.", "It does not load")]
    public void The_reason_is_the_line_that_tells_most(string message, string reason) => Assert.Equal(reason, NativeZstd.ReasonIn(message));
}
