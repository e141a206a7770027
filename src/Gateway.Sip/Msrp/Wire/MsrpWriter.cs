using System.Collections.Immutable;

namespace Gateway.Sip.Msrp.Wire;

/// <summary>
/// Writes requests and responses in the order of RFC 4975 section 7.1: To-Path, From-Path, the method's own fields,
/// Content-Type last. No value can begin a line of its own.
/// </summary>
internal static class MsrpWriter
{
    /// <summary>A response (section 7.2).</summary>
    internal static void Response(OctetQueue to, string transactionId, int status, string toPath, string fromPath)
    {
        to.Append("MSRP "u8);
        to.Append(transactionId);
        to.Append(" "u8);
        to.Append(status);
        to.Append(" "u8);
        to.Append(Phrase(status));
        to.Append("\r\n"u8);
        Paths(to, toPath, fromPath);
        EndLine(to, transactionId, MsrpFlag.Last);
    }

    /// <summary>A REPORT (sections 7.1.2 to 7.1.4).</summary>
    internal static void Report(
        OctetQueue to, string transactionId, string toPath, string fromPath, string messageId, in MsrpByteRange range, int status)
    {
        Start(to, transactionId, "REPORT"u8);
        Paths(to, toPath, fromPath);
        Field(to, "Message-ID: "u8, messageId);
        ByteRange(to, range);
        to.Append("Status: 000 "u8);
        to.Append(status);
        to.Append(" "u8);
        to.Append(Phrase(status));
        to.Append("\r\n"u8);
        EndLine(to, transactionId, MsrpFlag.Last);
    }

    /// <summary>A SEND without a body, to bind a connection or keep it alive (sections 5.4 and 7.1).</summary>
    internal static void EmptySend(OctetQueue to, string transactionId, string toPath, string fromPath, string messageId)
    {
        Start(to, transactionId, "SEND"u8);
        Paths(to, toPath, fromPath);
        Field(to, "Message-ID: "u8, messageId);
        ByteRange(to, new MsrpByteRange(1, 0, 0));
        EndLine(to, transactionId, MsrpFlag.Last);
    }

    /// <summary>The head of a chunk, up to the empty line; the body follows.</summary>
    internal static void SendHead(
        OctetQueue to, string transactionId, string toPath, string fromPath, MsrpOutgoingMessage message, in MsrpByteRange range)
    {
        Start(to, transactionId, "SEND"u8);
        Paths(to, toPath, fromPath);
        Field(to, "Message-ID: "u8, message.MessageId);
        if (message.SuccessReport)
        {
            to.Append("Success-Report: yes\r\n"u8);
        }

        if (message.FailureReport != MsrpFailureReport.Yes)
        {
            to.Append(message.FailureReport == MsrpFailureReport.No ? "Failure-Report: no\r\n"u8 : "Failure-Report: partial\r\n"u8);
        }

        ByteRange(to, range);
        foreach (var header in message.Headers)
        {
            to.Append(header.Name);
            Field(to, ": "u8, header.Value);
        }

        Field(to, "Content-Type: "u8, message.ContentType);
        to.Append("\r\n"u8);
    }

    /// <summary>AUTH (RFC 4976 section 5.1).</summary>
    internal static void Auth(
        OctetQueue to, string transactionId, string toPath, string fromPath, ImmutableArray<MsrpHeader> headers)
    {
        Start(to, transactionId, "AUTH"u8);
        Paths(to, toPath, fromPath);
        foreach (var header in headers)
        {
            to.Append(header.Name);
            Field(to, ": "u8, header.Value);
        }

        EndLine(to, transactionId, MsrpFlag.Last);
    }

    /// <summary>The CRLF that is not part of the body, and the end-line.</summary>
    internal static void EndBody(OctetQueue to, string transactionId, MsrpFlag flag)
    {
        to.Append("\r\n"u8);
        EndLine(to, transactionId, flag);
    }

    private static void EndLine(OctetQueue to, string transactionId, MsrpFlag flag)
    {
        to.Append(MsrpSyntax.Dashes);
        to.Append(transactionId);
        to.Append([(byte)flag, (byte)'\r', (byte)'\n']);
    }

    private static void Start(OctetQueue to, string transactionId, ReadOnlySpan<byte> method)
    {
        to.Append("MSRP "u8);
        to.Append(transactionId);
        to.Append(" "u8);
        to.Append(method);
        to.Append("\r\n"u8);
    }

    private static void Paths(OctetQueue to, string toPath, string fromPath)
    {
        Field(to, "To-Path: "u8, toPath);
        Field(to, "From-Path: "u8, fromPath);
    }

    private static void Field(OctetQueue to, ReadOnlySpan<byte> name, string value)
    {
        to.Append(name);
        to.Append(value);
        to.Append("\r\n"u8);
    }

    private static void ByteRange(OctetQueue to, in MsrpByteRange range)
    {
        to.Append("Byte-Range: "u8);
        to.Append(range.Start);
        to.Append("-"u8);
        NumberOrStar(to, range.End);
        to.Append("/"u8);
        NumberOrStar(to, range.Total);
        to.Append("\r\n"u8);
    }

    private static void NumberOrStar(OctetQueue to, long? number)
    {
        if (number is { } known)
        {
            to.Append(known);
        }
        else
        {
            to.Append("*"u8);
        }
    }

    /// <summary>The comments of RFC 4975 section 10, for people who read traces.</summary>
    private static string Phrase(int status) => status switch
    {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        408 => "Timeout",
        413 => "Stop Sending",
        415 => "Unsupported Media Type",
        481 => "No Such Session",
        501 => "Method Not Understood",
        506 => "Session Bound Elsewhere",
        _ => "Failed",
    };
}
