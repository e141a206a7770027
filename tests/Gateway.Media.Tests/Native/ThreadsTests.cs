using Gateway.Media.Dtls;
using Gateway.Media.Native;
using Gateway.Media.Srtp;
using Gateway.Media.Tests.Dtls;

namespace Gateway.Media.Tests.Native;

/// <summary>What is of one call runs one at a time, but now on this thread and now on that, while other calls run beside it.</summary>
public sealed class ThreadsTests
{
    [Fact] // OpenSSL's error queue is the thread's: what is left in it by others must not be taken for this call's
    public void A_handshake_goes_on_when_every_step_is_on_another_thread_that_others_left_errors_on()
    {
        using var pair = new DtlsPair { Step = OnAnotherThread };

        pair.Start().RunUntilEstablished();
        pair.Server.Endpoint.Close();
        pair.Drain();

        Assert.True(pair.Client.Local!.IsSameAs(pair.Server.Remote!));
        Assert.True(pair.Client.IsClosed);
    }

    [Fact] // one SSL_CTX for all, one SSL for each
    public void Handshakes_of_many_calls_under_one_certificate_do_not_disturb_each_other()
    {
        var established = 0;
        Parallel.For(0, 32, _ =>
        {
            using var pair = new DtlsPair().Start().RunUntilEstablished();
            Interlocked.Add(ref established, pair.Client.Local!.IsSameAs(pair.Server.Remote!) ? 1 : 0);
        });

        Assert.Equal(32, established);
    }

    [Theory] // libsrtp's tables are the process's, its sessions a call's
    [InlineData(SrtpProfile.AesCm128HmacSha1_80)]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    public void Sessions_are_made_used_and_freed_beside_each_other(SrtpProfile profile)
    {
        var opened = 0;
        Parallel.For(0, 64, call =>
        {
            using var key = SrtpKeyMaterial.Create(profile);
            using var ours = new LibSrtpSender(key);
            using var theirs = new SrtpReceiver(key);
            var buffer = new byte[400];
            for (byte packet = 1; packet <= 50; packet++)
            {
                var length = 172;
                buffer.AsSpan().Clear();
                (buffer[0], buffer[3], buffer[11]) = (0x80, packet, 1);
                buffer.AsSpan(12, 160).Fill((byte)call);
                ours.Protect(buffer, ref length);
                var isOpened = theirs.UnprotectRtp(buffer, ref length) == SrtpOutcome.Ok
                    && !buffer.AsSpan(12, 160).ContainsAnyExcept((byte)call);
                Interlocked.Add(ref opened, isOpened ? 1 : 0);
            }
        });

        Assert.Equal(64 * 50, opened);
    }

    /// <summary>A thread of its own for each, so that nothing of a step's thread is there for the next.</summary>
    private static void OnAnotherThread(Action step)
    {
        Exception? thrown = null;
        var thread = new Thread(() =>
        {
            LeaveErrors();
            try
            {
                step();
            }
            catch (Exception e)
            {
                thrown = e;
            }
        });
        thread.Start();
        thread.Join();
        Assert.Null(thrown);
    }

    /// <summary>As somebody's refused certificate does.</summary>
    private static unsafe void LeaveErrors()
    {
        var octets = stackalloc byte[] { 0x30, 0x01, 0xFF };
        Assert.Equal(0, LibSsl.d2i_X509(0, &octets, 3));
    }

    /// <summary>libsrtp for every profile, also where <see cref="SrtpSession.Create"/> takes something quicker.</summary>
    private sealed unsafe class LibSrtpSender(SrtpKeyMaterial key) : IDisposable
    {
        private readonly LibSrtpSession _session = new(key, outbound: true);

        public void Protect(Span<byte> buffer, ref int length)
        {
            fixed (byte* packet = buffer)
            {
                Assert.Equal(SrtpOutcome.Ok, _session.ProtectRtp(packet, ref length, 1));
            }
        }

        public void Dispose() => _session.Dispose();
    }
}
