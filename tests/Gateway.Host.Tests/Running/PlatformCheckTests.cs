using Gateway.Host.Running;

namespace Gateway.Host.Tests.Running;

public sealed class PlatformCheckTests
{
    [Fact] // the runtime itself would only abort, without a word of what to install
    public void Without_OpenSSL_its_package_is_named() =>
        Assert.EndsWith("apt install libssl3", PlatformCheck.Fault(_ => false), StringComparison.Ordinal);

    [Fact]
    public void Whatever_the_runtime_takes_for_OpenSSL_is_enough() => Assert.Null(PlatformCheck.Fault(file => file == "libssl.so.1.1"));

    [Fact]
    public void This_machine_has_all_that_is_needed() => Assert.Null(PlatformCheck.Fault());
}
