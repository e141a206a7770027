using Gateway.Media.Native;

namespace Gateway.Media.Tests.Native;

public sealed class NativeLibrariesTests
{
    [Fact]
    public void Every_library_is_there_and_new_enough()
    {
        var states = NativeLibraries.Check();

        Assert.All(states, state => Assert.Null(state.Fault));
        Assert.Equal(["libcrypto.so.3", "libssl.so.3", "libsrtp2.so.1", "libopus.so.0", "libspandsp.so.2"], states.Select(s => s.File));
        Assert.StartsWith("3.", states[0].Version, StringComparison.Ordinal);
        Assert.StartsWith("2.", states[2].Version, StringComparison.Ordinal);
        Assert.StartsWith("1.", states[3].Version, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("libssl.so.3", "apt install libssl3")]
    [InlineData("libsrtp2.so.1", "apt install libsrtp2-1")]
    [InlineData("libopus.so.0", "apt install libopus0")]
    [InlineData("libspandsp.so.2", "apt install libspandsp2")]
    public void A_missing_library_names_its_package(string missing, string remedy)
    {
        var states = NativeLibraries.Check((string file, out nint handle) =>
        {
            handle = 0;
            return file != missing;
        });

        var faulty = Assert.Single(states, state => state.Fault is not null);
        Assert.Equal(missing, faulty.File);
        Assert.Contains(missing, faulty.Fault, StringComparison.Ordinal);
        Assert.EndsWith(remedy, faulty.Fault, StringComparison.Ordinal);
    }
}
