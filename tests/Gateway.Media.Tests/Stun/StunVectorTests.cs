using System.Text;
using Gateway.Media.Io;
using Gateway.Media.Stun;

namespace Gateway.Media.Tests.Stun;

/// <summary>The messages of RFC 5769: what other implementations agree upon.</summary>
public sealed class StunVectorTests
{
    private static readonly byte[] Password = "VOkJxbRl1RmTxUk/WvJxBt"u8.ToArray();

    /// <summary>Section 2.1; the padding is spaces there.</summary>
    private static readonly byte[] SampleRequest = Convert.FromHexString(
        "000100582112a442b7e7a701bc34d686fa87dfae"
        + "802200105354554e207465737420636c69656e74"
        + "002400046e0001ff"
        + "80290008932ff9b151263b36"
        + "000600096576746a3a68367659202020"
        + "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
        + "80280004e57a3bcf");

    /// <summary>Section 2.2.</summary>
    private static readonly byte[] SampleResponse = Convert.FromHexString(
        "0101003c2112a442b7e7a701bc34d686fa87dfae"
        + "8022000b7465737420766563746f7220"
        + "002000080001a147e112a643"
        + "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7"
        + "80280004c07d4c96");

    /// <summary>Section 2.3.</summary>
    private static readonly byte[] SampleResponseOverIPv6 = Convert.FromHexString(
        "010100482112a442b7e7a701bc34d686fa87dfae"
        + "8022000b7465737420766563746f7220"
        + "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
        + "00080014a382954e4be67bf11784c97c8292c275bfe3ed41"
        + "80280004c8fb0b4c");

    /// <summary>Section 2.4: long-term credentials, no FINGERPRINT.</summary>
    private static readonly byte[] SampleLongTermRequest = Convert.FromHexString(
        "000100602112a44278ad3433c6ad72c029da412e"
        + "00060012e3839ee38388e383aae38383e382afe382b90000"
        + "0015001c662f2f3439396b3935346436" + "4f4c33346f4c39465354767936347341"
        + "0014000b6578616d706c652e6f726700"
        + "00080014f67024656dd64a3e02b8e0712e85c9a28ca89666");

    [Fact]
    public void Sample_request_is_read_and_its_integrity_holds()
    {
        Assert.True(StunMessage.TryRead(SampleRequest, out var message));

        Assert.Equal((StunClass.Request, StunFormat.Binding), (message.Class, message.Method));
        Assert.Equal("B7E7A701BC34D686FA87DFAE", Convert.ToHexString(message.TransactionId));
        Assert.Equal("evtj:h6vY", Encoding.UTF8.GetString(message.Username));
        Assert.Equal(0x6E00_01FFu, message.Priority);
        Assert.True(message.IsControlled);
        Assert.False(message.IsControlling);
        Assert.Equal(0x932F_F9B1_5126_3B36ul, message.TieBreaker);
        Assert.True(message.HasFingerprint);
        Assert.True(message.IsSignedWith(Password));
        Assert.False(message.IsSignedWith("VOkJxbRl1RmTxUk/WvJxBu"u8));
        Assert.True(message.UnknownRequired.IsEmpty);
    }

    [Fact]
    public void Sample_responses_give_the_mapped_address()
    {
        Assert.True(StunMessage.TryRead(SampleResponse, out var response));
        Assert.Equal(StunClass.Success, response.Class);
        Assert.Equal("192.0.2.1:32853", response.MappedAddress.ToString());
        Assert.True(response.IsSignedWith(Password));

        Assert.True(StunMessage.TryRead(SampleResponseOverIPv6, out var overIPv6));
        Assert.Equal("[2001:db8:1234:5678:11:2233:4455:6677]:32853", overIPv6.MappedAddress.ToString());
        Assert.True(overIPv6.IsSignedWith(Password));
    }

    [Fact]
    public void Sample_request_with_long_term_credentials_holds_under_the_hash_of_user_realm_and_password()
    {
        Assert.True(StunMessage.TryRead(SampleLongTermRequest, out var message));

        Assert.Equal("マトリックス", Encoding.UTF8.GetString(message.Username));
        Assert.False(message.HasFingerprint);
        Assert.True(message.IsSignedWith(LongTermKey("マトリックス:example.org:TheMatrIX")));
        Assert.False(message.IsSignedWith(Password));
        Assert.True(message.UnknownRequired.IsEmpty);
    }

    [Fact] // section 14.7: FINGERPRINT covers all that stands before it
    public void Any_changed_octet_is_noticed()
    {
        for (var i = 0; i < SampleRequest.Length; i++)
        {
            var changed = SampleRequest.ToArray();
            changed[i] ^= 0x04;

            Assert.False(StunMessage.TryRead(changed, out var message) && message.HasFingerprint, $"octet {i}");
        }
    }

    [Fact]
    public void Writer_makes_the_sample_response_octet_for_octet_but_for_its_padding()
    {
        var writer = new StunWriter(
            new byte[StunFormat.MaxLength], StunClass.Success, StunFormat.Binding, SampleResponse.AsSpan(8, 12));
        writer.Octets(StunAttribute.Software, "test vector"u8);
        writer.XorMappedAddress(PeerAddress.FromBytes([192, 0, 2, 1], 32853));

        var written = writer.Signed(Password).ToArray();

        Assert.Equal(SampleResponse[..35], written[..35]);
        Assert.Equal(0, written[35]); // a space in the sample: the content of padding is free, and is part of the sums
        Assert.Equal(SampleResponse[36..48], written[36..48]);
        Assert.True(StunMessage.TryRead(written, out var message));
        Assert.True(message.IsSignedWith(Password));
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351", Justification = "RFC 8489 section 9.2.2 has MD5 here.")]
    private static byte[] LongTermKey(string text) => System.Security.Cryptography.MD5.HashData(Encoding.UTF8.GetBytes(text));
}
