using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;

namespace Gateway.Sip.Messages;

/// <summary>Parameter lists <c>;name=value;name</c> of URIs and header values, values kept in wire form.</summary>
internal static class SipParameters
{
    private static readonly SearchValues<byte> NotInValue = SearchValues.Create("\"<>, \t"u8);

    /// <summary>Reads <c>;name[=value]…</c> of a header value (generic-param, RFC 3261 section 25.1).</summary>
    internal static bool TryParseHeader(ReadOnlySpan<byte> text, out ImmutableArray<KeyValuePair<string, string?>> parameters) =>
        TryParse(text, inUri: false, out parameters);

    /// <summary>Reads <c>;name[=value]…</c> of a URI (uri-parameter, RFC 3261 section 25.1).</summary>
    internal static bool TryParseUri(ReadOnlySpan<byte> text, out ImmutableArray<KeyValuePair<string, string?>> parameters) =>
        TryParse(text, inUri: true, out parameters);

    private static bool TryParse(ReadOnlySpan<byte> text, bool inUri, out ImmutableArray<KeyValuePair<string, string?>> parameters)
    {
        parameters = [];
        text = inUri ? text : SipSyntax.Trim(text);
        if (text.IsEmpty)
        {
            return true;
        }

        var most = text.Count((byte)';');
        if (text[0] != ';' || most > SipLimits.Parameters)
        {
            return false;
        }

        var list = new KeyValuePair<string, string?>[most];
        var count = 0;
        while (!text.IsEmpty)
        {
            text = text[1..];
            var end = inUri ? text.IndexOf((byte)';') : SipSyntax.IndexOfOutside(text, (byte)';');
            if (end == -2)
            {
                return false;
            }

            var one = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[end..];
            if (!TryParseOne(one, inUri, out list[count++]))
            {
                return false;
            }
        }

        parameters = ImmutableCollectionsMarshal.AsImmutableArray(count == most ? list : list[..count]);
        return true;
    }

    private static bool TryParseOne(ReadOnlySpan<byte> text, bool inUri, out KeyValuePair<string, string?> parameter)
    {
        parameter = default;
        var equal = text.IndexOf((byte)'=');
        var name = equal < 0 ? text : text[..equal];
        var value = equal < 0 ? default : text[(equal + 1)..];
        if (!inUri)
        {
            name = SipSyntax.Trim(name);
            value = SipSyntax.Trim(value);
        }

        if (inUri ? !SipUriParser.IsParameterText(name) || name.IsEmpty : !SipSyntax.IsToken(name))
        {
            return false;
        }

        if (equal < 0)
        {
            parameter = new(TextCache.Get(name), null);
            return true;
        }

        if (inUri ? !SipUriParser.IsParameterText(value) : !IsHeaderValue(value))
        {
            return false;
        }

        // Tags and branches differ in every message: they would only push the others out of the cache.
        parameter = new(TextCache.Get(name), value.Length > 12 ? Encoding.UTF8.GetString(value) : TextCache.Get(value));
        return true;
    }

    /// <summary>token, host or quoted-string; in the wild also base64 and bare IPv6 addresses (RFC 5118 section 4.5).</summary>
    private static bool IsHeaderValue(ReadOnlySpan<byte> value) => value switch
    {
        [] => true,
        _ when value.ContainsAny(SipSyntax.Controls) => false,
        [(byte)'"', ..] => SipSyntax.QuotedLength(value) == value.Length,
        _ => !value.ContainsAny(NotInValue),
    };

    internal static bool TryGet(ImmutableArray<KeyValuePair<string, string?>> parameters, string name, out string? value)
    {
        foreach (var parameter in parameters)
        {
            if (parameter.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                value = parameter.Value;
                return true;
            }
        }

        value = null;
        return false;
    }

    /// <summary>The list with one parameter set (in its place, or last) or, for a null name match, added.</summary>
    internal static ImmutableArray<KeyValuePair<string, string?>> With(
        ImmutableArray<KeyValuePair<string, string?>> parameters, string name, string? wireValue)
    {
        var at = 0;
        while (at < parameters.Length && !parameters[at].Key.Equals(name, StringComparison.OrdinalIgnoreCase))
        {
            at++;
        }

        return at < parameters.Length
            ? parameters.SetItem(at, new(parameters[at].Key, wireValue))
            : parameters.Add(new(name, wireValue));
    }

    internal static ImmutableArray<KeyValuePair<string, string?>> Without(
        ImmutableArray<KeyValuePair<string, string?>> parameters, string name) =>
        parameters.RemoveAll(p => p.Key.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The text behind a header parameter's wire value.</summary>
    [return: NotNullIfNotNull(nameof(wireValue))]
    internal static string? Text(string? wireValue) => wireValue is ['"', .., '"']
        ? SipSyntax.Unquote(Encoding.UTF8.GetBytes(wireValue))
        : wireValue;

    /// <summary>The wire value of a header parameter: quoted unless a token or host.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    internal static string? Wire(string? text) => text switch
    {
        null => null,
        _ when text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || "-.!%*_+`'~[]:".Contains(c, StringComparison.Ordinal)) => text,
        _ => SipSyntax.Quote(text),
    };

    internal static void Append(StringBuilder to, ImmutableArray<KeyValuePair<string, string?>> parameters)
    {
        foreach (var (name, value) in parameters)
        {
            to.Append(';').Append(name);
            if (value is not null)
            {
                to.Append('=').Append(value);
            }
        }
    }

    internal static bool SequenceEqual(
        ImmutableArray<KeyValuePair<string, string?>> a, ImmutableArray<KeyValuePair<string, string?>> b) =>
        a.AsSpan().SequenceEqual(b.AsSpan(), EqualityComparer<KeyValuePair<string, string?>>.Default);
}
