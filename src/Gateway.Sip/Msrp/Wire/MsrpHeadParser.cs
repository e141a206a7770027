using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;

namespace Gateway.Sip.Msrp.Wire;

/// <summary>
/// Reads start lines and header fields. What is read is strict (RFC 4975 section 9) but for the order of the fields: the
/// examples of RFC 7573 write From-Path first, and peers have learned from them. One for each connection: it remembers the last
/// paths, which are nearly always those of the next request too.
/// </summary>
internal sealed class MsrpHeadParser
{
    private readonly Remembered _to = new();
    private readonly Remembered _from = new();

    /// <summary>Reads <c>MSRP id method</c> or <c>MSRP id status comment</c>.</summary>
    /// <param name="line">Without its line end.</param>
    /// <param name="transactionId">The id, which also frames the request.</param>
    /// <param name="rest">What follows the id.</param>
    internal static bool TryStart(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> transactionId, out ReadOnlySpan<byte> rest)
    {
        transactionId = default;
        rest = default;
        if (!line.StartsWith("MSRP "u8) || !MsrpSyntax.IsText(line))
        {
            return false;
        }

        line = line[5..];
        var space = line.IndexOf((byte)' ');
        if (space < 0 || !MsrpSyntax.IsIdent(line[..space]))
        {
            return false;
        }

        transactionId = line[..space];
        rest = line[(space + 1)..];
        return !rest.IsEmpty;
    }

    /// <summary>Reads a header section.</summary>
    /// <param name="section">From the start line to the line end of the last field.</param>
    /// <param name="hasBody">Whether an empty line followed.</param>
    /// <returns>Null when it cannot be answered: not even its paths are readable.</returns>
    internal MsrpHead? Parse(ReadOnlySpan<byte> section, bool hasBody)
    {
        var fields = new Fields();
        var lineEnd = section.IndexOf("\r\n"u8);
        if (!TryStart(section[..lineEnd], out var transactionId, out var what) || !TryWhat(what, out var method, out var status))
        {
            return null;
        }

        var count = 0;
        for (var rest = section[(lineEnd + 2)..]; !rest.IsEmpty; rest = rest[(lineEnd + 2)..])
        {
            lineEnd = rest.IndexOf("\r\n"u8);
            if (++count > MsrpLimits.HeaderFields)
            {
                fields.Fault = "too many header fields";
                break;
            }

            Read(rest[..lineEnd], fields);
        }

        if (fields.To is null || fields.From is null || (fields.Fault is not null && method == MsrpMethod.None))
        {
            return null;
        }

        return new MsrpHead
        {
            TransactionId = Encoding.ASCII.GetString(transactionId),
            Method = method,
            Status = status,
            ToPath = fields.To,
            FromPath = fields.From,
            MessageId = fields.MessageId,
            ByteRange = fields.ByteRange,
            SuccessReport = fields.SuccessReport ?? false,
            FailureReport = fields.FailureReport ?? MsrpFailureReport.Yes,
            ReportStatus = fields.ReportStatus,
            ContentType = fields.ContentType,
            Headers = fields.Others?.ToImmutable() ?? [],
            HasBody = hasBody,
            Fault = fields.Fault ?? FaultOf(method, fields, hasBody),
        };
    }

    private static string? FaultOf(MsrpMethod method, Fields fields, bool hasBody) => method switch
    {
        MsrpMethod.Send or MsrpMethod.Report when fields.MessageId is null => "no Message-ID",
        MsrpMethod.Report when fields.HasReportWish => "a REPORT does not ask for reports",
        MsrpMethod.Report when !fields.HasStatus => "a REPORT without Status",
        MsrpMethod.None when hasBody => "a response has no body",
        _ when hasBody && fields.ContentType is null => "a body without Content-Type",
        _ when !hasBody && fields.ContentType is not null => "Content-Type without a body",
        _ => null,
    };

    private static bool TryWhat(ReadOnlySpan<byte> what, out MsrpMethod method, out int status)
    {
        status = 0;
        method = MsrpMethod.None;
        if (what is [>= (byte)'1' and <= (byte)'9', >= (byte)'0' and <= (byte)'9', >= (byte)'0' and <= (byte)'9', ..])
        {
            return (what.Length == 3 || what[3] == ' ') && Utf8Parser.TryParse(what[..3], out status, out _);
        }

        method = what switch
        {
            _ when what.SequenceEqual("SEND"u8) => MsrpMethod.Send,
            _ when what.SequenceEqual("REPORT"u8) => MsrpMethod.Report,
            _ when what.SequenceEqual("AUTH"u8) => MsrpMethod.Auth,
            _ => MsrpMethod.Other,
        };
        return what.Length <= 32 && !what.ContainsAnyExceptInRange((byte)'A', (byte)'Z');
    }

    private void Read(ReadOnlySpan<byte> line, Fields fields)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || !MsrpSyntax.IsHeaderName(line[..colon]) || !MsrpSyntax.IsText(line))
        {
            fields.Fault ??= "a malformed header field";
            return;
        }

        var name = line[..colon];
        var value = MsrpSyntax.Trim(line[(colon + 1)..]);
        if (Is(name, "To-Path"u8))
        {
            fields.SetTo(_to.Parse(value));
        }
        else if (Is(name, "From-Path"u8))
        {
            fields.SetFrom(_from.Parse(value));
        }
        else if (Is(name, "Message-ID"u8))
        {
            fields.SetMessageId(value);
        }
        else if (Is(name, "Byte-Range"u8))
        {
            fields.SetByteRange(value);
        }
        else if (Is(name, "Success-Report"u8))
        {
            fields.SetSuccessReport(value);
        }
        else if (Is(name, "Failure-Report"u8))
        {
            fields.SetFailureReport(value);
        }
        else if (Is(name, "Status"u8))
        {
            fields.SetStatus(value);
        }
        else if (Is(name, "Content-Type"u8))
        {
            fields.SetContentType(value);
        }
        else
        {
            fields.Others ??= ImmutableArray.CreateBuilder<MsrpHeader>();
            fields.Others.Add(new MsrpHeader(Encoding.ASCII.GetString(name), Encoding.UTF8.GetString(value)));
        }
    }

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> known) =>
        name.Length == known.Length && Ascii.EqualsIgnoreCase(name, known);

    /// <summary>The last path, by its octets.</summary>
    private sealed class Remembered
    {
        private byte[] _octets = [];
        private MsrpPath? _path;

        internal MsrpPath? Parse(ReadOnlySpan<byte> value)
        {
            if (_path is not null && value.SequenceEqual(_octets))
            {
                return _path;
            }

            if (MsrpPath.TryParse(value, out var path))
            {
                _octets = value.ToArray();
                _path = path;
            }

            return path;
        }
    }

    /// <summary>What was found so far; the first fault stays.</summary>
    private sealed class Fields
    {
        internal MsrpPath? To { get; private set; }

        internal MsrpPath? From { get; private set; }

        internal string? MessageId { get; private set; }

        internal MsrpByteRange? ByteRange { get; private set; }

        internal bool? SuccessReport { get; private set; }

        internal MsrpFailureReport? FailureReport { get; private set; }

        internal int? ReportStatus { get; private set; }

        internal bool HasStatus { get; private set; }

        internal string? ContentType { get; private set; }

        internal ImmutableArray<MsrpHeader>.Builder? Others { get; set; }

        internal string? Fault { get; set; }

        internal bool HasReportWish => SuccessReport is not null || FailureReport is not null;

        internal void SetTo(MsrpPath? path)
        {
            Fault ??= To is not null ? "two To-Paths" : path is null ? "a malformed To-Path" : null;
            To ??= path;
        }

        internal void SetFrom(MsrpPath? path)
        {
            Fault ??= From is not null ? "two From-Paths" : path is null ? "a malformed From-Path" : null;
            From ??= path;
        }

        internal void SetMessageId(ReadOnlySpan<byte> value)
        {
            Check(MessageId is null && MsrpSyntax.IsIdent(value), "a malformed or second Message-ID");
            MessageId ??= MsrpSyntax.IsIdent(value) ? Encoding.ASCII.GetString(value) : null;
        }

        internal void SetByteRange(ReadOnlySpan<byte> value)
        {
            var isRange = MsrpByteRange.TryParse(value, out var range);
            Check(isRange && ByteRange is null, "a malformed or second Byte-Range");
            ByteRange ??= isRange ? range : null;
        }

        internal void SetSuccessReport(ReadOnlySpan<byte> value)
        {
            bool? wish = Is(value, "yes"u8) ? true : Is(value, "no"u8) ? false : null;
            Check(wish is not null && SuccessReport is null, "a malformed or second Success-Report");
            SuccessReport ??= wish;
        }

        internal void SetFailureReport(ReadOnlySpan<byte> value)
        {
            MsrpFailureReport? wish = Is(value, "yes"u8) ? MsrpFailureReport.Yes
                : Is(value, "partial"u8) ? MsrpFailureReport.Partial
                : Is(value, "no"u8) ? MsrpFailureReport.No : null;
            Check(wish is not null && FailureReport is null, "a malformed or second Failure-Report");
            FailureReport ??= wish;
        }

        /// <summary>namespace SP status-code [SP comment]; another namespace than 000 says nothing to us (section 7.3.2).</summary>
        internal void SetStatus(ReadOnlySpan<byte> value)
        {
            var isStatus = value.Length >= 7 && value[3] == ' ' && (value.Length == 7 || value[7] == ' ')
                && !value[..3].ContainsAnyExceptInRange((byte)'0', (byte)'9')
                && !value[4..7].ContainsAnyExceptInRange((byte)'0', (byte)'9');
            Check(isStatus && !HasStatus, "a malformed or second Status");
            HasStatus = true;
            if (isStatus && value[..3].SequenceEqual("000"u8) && Utf8Parser.TryParse(value[4..7], out int code, out _))
            {
                ReportStatus ??= code;
            }
        }

        internal void SetContentType(ReadOnlySpan<byte> value)
        {
            Check(ContentType is null && value.Length is > 2 and <= 256 && value.Contains((byte)'/'), "a malformed or second Content-Type");
            ContentType ??= Encoding.UTF8.GetString(value);
        }

        private void Check(bool isRight, string fault) => Fault ??= isRight ? null : fault;
    }
}
