namespace Gateway.Media.Dtls;

/// <summary>
/// The process's certificate: a new one every day, so that calls of different days cannot be linked by it, while a call keeps the
/// one that it began with. Any thread may ask.
/// </summary>
public sealed class DtlsCertificates(TimeProvider time)
{
    /// <summary>How long a certificate is given to new calls.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private DtlsCertificate? _current;
    private DateTimeOffset _made;

    /// <summary>The one for a new call. Made when first asked for, and again when a day has passed.</summary>
    public DtlsCertificate Current
    {
        get
        {
            lock (_lock)
            {
                var now = time.GetUtcNow();
                if (_current is null || now - _made >= Lifetime || now < _made)
                {
                    (_current, _made) = (DtlsCertificate.Create(now), now);
                }

                return _current;
            }
        }
    }
}
