using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Gateway.Sip.Messages;

/// <summary>An address with an optional display name and header parameters: From, To, Contact, Route and their like
/// (RFC 3261 section 20.10).</summary>
/// <param name="DisplayName">Text, without quotes, escapes or control characters when read.</param>
/// <param name="Uri">The address.</param>
public sealed record NameAddr(string? DisplayName, SipUri Uri)
{
    private string? _text;

    /// <summary>For <c>with</c>: the copy is going to be another address, which is written anew.</summary>
    private NameAddr(NameAddr other)
    {
        DisplayName = other.DisplayName;
        Uri = other.Uri;
        Parameters = other.Parameters;
    }

    /// <summary>Header parameters in order, values in wire form; <see cref="Parameter"/> unquotes.</summary>
    public ImmutableArray<KeyValuePair<string, string?>> Parameters { get; init; } = [];

    /// <summary>The tag parameter of From and To (RFC 3261 section 19.3).</summary>
    public string? Tag => Parameter("tag");

    /// <summary>The text of a header parameter; null when absent or without a value.</summary>
    public string? Parameter(string name) =>
        SipParameters.TryGet(Parameters, name, out var value) ? SipParameters.Text(value) : null;

    /// <summary>Whether the parameter is there, with or without a value.</summary>
    public bool HasParameter(string name) => SipParameters.TryGet(Parameters, name, out _);

    /// <summary>A copy with the parameter set; the value is text and is quoted where needed.</summary>
    public NameAddr WithParameter(string name, string? value) =>
        this with { Parameters = SipParameters.With(Parameters, name, SipParameters.Wire(value)) };

    /// <summary>A copy with this tag; null takes the tag off.</summary>
    public NameAddr WithTag(string? tag) => tag is null
        ? this with { Parameters = SipParameters.Without(Parameters, "tag") }
        : this with { Parameters = SipParameters.With(Parameters, "tag", tag) };

    /// <summary>Reads one value, in name-addr or addr-spec form.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out NameAddr? address)
    {
        address = null;
        text = SipSyntax.Trim(text);
        if (text.IsEmpty)
        {
            return false;
        }

        string? display = null;
        var rest = text;
        if (text[0] == '"')
        {
            var length = SipSyntax.QuotedLength(text);
            if (length < 0)
            {
                return false;
            }

            display = SipSyntax.WithoutControls(SipSyntax.Unquote(text[..length]));
            rest = SipSyntax.TrimStart(text[length..]);
            if (rest is not [(byte)'<', ..])
            {
                return false;
            }
        }

        var open = rest.IndexOf((byte)'<');
        if (open < 0)
        {
            return TryParseAddrSpec(rest, out address);
        }

        if (open > 0)
        {
            var words = SipSyntax.Trim(rest[..open]);

            // Beyond the grammar's tokens, unquoted names with dots, parentheses or UTF-8 are met and harmless.
            if (words.ContainsAny("\",;\\"u8))
            {
                return false;
            }

            display = words.IsEmpty ? null : SipSyntax.WithoutControls(TextCache.Get(words));
        }

        var close = rest.IndexOf((byte)'>');
        if (close < open
            || !SipUri.TryParse(rest[(open + 1)..close], out var uri)
            || !SipParameters.TryParseHeader(rest[(close + 1)..], out var parameters))
        {
            return false;
        }

        address = new NameAddr(display, uri) { Parameters = parameters };
        return true;
    }

    /// <summary>Reads one value, in name-addr or addr-spec form.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out NameAddr? address)
    {
        address = null;
        if (text.Length > SipLimits.Message)
        {
            return false;
        }

        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        return !bytes.AsSpan().ContainsAny(SipSyntax.Controls) && TryParse(bytes, out address);
    }

    /// <summary>Without brackets a comma, question mark or semicolon belongs to the header (RFC 3261 section 20.10).</summary>
    private static bool TryParseAddrSpec(ReadOnlySpan<byte> text, [NotNullWhen(true)] out NameAddr? address)
    {
        address = null;
        var semicolon = text.IndexOf((byte)';');
        var spec = semicolon < 0 ? text : SipSyntax.Trim(text[..semicolon]);
        if (spec.ContainsAny(",?"u8)
            || !SipUri.TryParse(spec, out var uri)
            || !SipParameters.TryParseHeader(semicolon < 0 ? default : text[semicolon..], out var parameters))
        {
            return false;
        }

        address = new NameAddr(null, uri) { Parameters = parameters };
        return true;
    }

    /// <summary>The wire form, always with brackets; control characters of the display name are dropped.</summary>
    public override string ToString() => _text ??= Write(); // From and To stand in every message of a dialog

    private string Write()
    {
        var text = new StringBuilder(96);
        if (!string.IsNullOrEmpty(DisplayName))
        {
            text.Append(SipSyntax.Quote(DisplayName)).Append(' ');
        }

        text.Append('<').Append(Uri).Append('>');
        SipParameters.Append(text, Parameters);
        return text.ToString();
    }

    /// <summary>Whether name, URI text and parameters are the same.</summary>
    public bool Equals(NameAddr? other) => other is not null && DisplayName == other.DisplayName && Uri.Equals(other.Uri)
        && SipParameters.SequenceEqual(Parameters, other.Parameters);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(DisplayName, Uri, Parameters.Length);
}
