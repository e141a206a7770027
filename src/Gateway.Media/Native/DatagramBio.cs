using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Gateway.Media.Native;

/// <summary>Takes the datagrams that OpenSSL writes.</summary>
internal interface IDatagramSink
{
    /// <summary>The memory is OpenSSL's, valid during the call.</summary>
    void Write(ReadOnlySpan<byte> datagram);
}

/// <summary>
/// A BIO that keeps the borders of datagrams, which a memory BIO does not: every write is one datagram, and a read gives the one
/// that is being handed in, or "try again".
/// </summary>
internal sealed unsafe class DatagramBio(IDatagramSink sink)
{
    /// <summary>Below every path's: RFC 8261 and browsers use the same.</summary>
    public const int Mtu = 1200;

    private static readonly Lazy<nint> Method = new(CreateMethod);

    private byte* _incoming;
    private int _incomingLength;
    private ExceptionDispatchInfo? _thrown;

    /// <summary>Makes an SSL that reads and writes here.</summary>
    public SslHandle CreateSsl(nint context)
    {
        var ssl = LibSsl.SSL_new(context);
        var bio = LibSsl.BIO_new(Method.Value);
        if (ssl == 0 || bio == 0)
        {
            throw new InvalidOperationException("OpenSSL has no memory left");
        }

        // Weak: whoever forgets to dispose is still collected. While a call runs, the caller holds this object.
        var self = GCHandle.Alloc(this, GCHandleType.Weak);
        LibSsl.BIO_set_data(bio, GCHandle.ToIntPtr(self));
        LibSsl.BIO_set_init(bio, 1);
        LibSsl.SSL_set_bio(ssl, bio, bio);
        return new SslHandle(ssl, self);
    }

    /// <summary>The datagram for the reads that follow; null and 0 when the call is over.</summary>
    public void SetIncoming(byte* datagram, int length)
    {
        _incoming = datagram;
        _incomingLength = length;
    }

    /// <summary>What the sink threw while OpenSSL was on the stack: it must not unwind through native frames.</summary>
    public void RethrowIfSinkFailed()
    {
        if (_thrown is { } thrown)
        {
            _thrown = null;
            thrown.Throw();
        }
    }

    private static nint CreateMethod()
    {
        var method = LibSsl.BIO_meth_new(LibSsl.BIO_get_new_index() | LibSsl.BioSourceSink, "gateway datagrams");
        _ = LibSsl.BIO_meth_set_write(method, &OnWrite);
        _ = LibSsl.BIO_meth_set_read(method, &OnRead);
        _ = LibSsl.BIO_meth_set_ctrl(method, &OnControl);
        return method;
    }

    private static DatagramBio? Owner(nint bio) => GCHandle.FromIntPtr(LibSsl.BIO_get_data(bio)).Target as DatagramBio;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnWrite(nint bio, byte* data, int length)
    {
        LibSsl.BIO_clear_flags(bio, LibSsl.BioRead | LibSsl.BioShouldRetry);
        return Owner(bio) is { } owner && owner.TryWrite(new ReadOnlySpan<byte>(data, length)) ? length : -1;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnRead(nint bio, byte* data, int room)
    {
        if (Owner(bio) is not { _incomingLength: > 0 } owner)
        {
            LibSsl.BIO_set_flags(bio, LibSsl.BioRead | LibSsl.BioShouldRetry);
            return -1;
        }

        LibSsl.BIO_clear_flags(bio, LibSsl.BioRead | LibSsl.BioShouldRetry);
        var length = Math.Min(owner._incomingLength, room); // a longer one is cut, as a socket would
        new ReadOnlySpan<byte>(owner._incoming, length).CopyTo(new Span<byte>(data, room));
        owner.SetIncoming(null, 0);
        return length;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnControl(nint bio, int command, nint number, nint pointer) => command switch
    {
        LibSsl.BioFlush => 1,
        LibSsl.BioQueryMtu or LibSsl.BioGetMtu or LibSsl.BioFallbackMtu => Mtu,
        LibSsl.BioSetMtu => number,
        _ => 0,
    };

    private bool TryWrite(ReadOnlySpan<byte> datagram)
    {
#pragma warning disable CA1031 // whatever it is, it is rethrown when OpenSSL has returned
        try
        {
            sink.Write(datagram);
            return true;
        }
        catch (Exception e)
        {
            _thrown ??= ExceptionDispatchInfo.Capture(e);
            return false;
        }
#pragma warning restore CA1031
    }
}
