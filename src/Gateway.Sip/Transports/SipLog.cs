using System.Net;
using System.Text;
using Gateway.Sip.Registrations;
using Microsoft.Extensions.Logging;

namespace Gateway.Sip.Transports;

/// <summary>What the stack logs of messages: start lines and Call-IDs, never headers with secrets or bodies.</summary>
internal sealed partial class SipLog(ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan MalformedPause = TimeSpan.FromSeconds(10);

    private long _lastMalformed;
    private long _unsaid;

    /// <summary>One message, by its start line.</summary>
    public void Message(SipDirection direction, SipTransportKind transport, IPEndPoint remote, ReadOnlyMemory<byte> message)
    {
        if (logger.IsEnabled(LogLevel.Debug))
        {
            var line = message.Span;
            var end = line.IndexOfAny((byte)'\r', (byte)'\n');
            var startLine = Encoding.UTF8.GetString(end < 0 ? line[..Math.Min(80, line.Length)] : line[..end]);
            LogMessage(logger, direction, transport, remote, startLine, CallIdOf(line));
        }
    }

    /// <summary>What belongs together in a log; empty where there is none. The message may be malformed.</summary>
    private static string CallIdOf(ReadOnlySpan<byte> message)
    {
        foreach (var range in message.Split("\r\n"u8))
        {
            var line = message[range];
            var colon = line.IndexOf((byte)':');
            if (line.IsEmpty)
            {
                break;
            }

            if (colon > 0 && line[..colon].TrimEnd(" \t"u8) is var name
                && (Ascii.EqualsIgnoreCase(name, "Call-ID"u8) || Ascii.EqualsIgnoreCase(name, "i"u8)))
            {
                return Encoding.UTF8.GetString(line[(colon + 1)..].Trim(" \t"u8));
            }
        }

        return "";
    }

    /// <summary>At most one line in ten seconds, with the number of those left out: anybody can send noise.</summary>
    public void Malformed(IPEndPoint remote, string fault)
    {
        if (_lastMalformed != 0 && time.GetElapsedTime(_lastMalformed) < MalformedPause)
        {
            _unsaid++;
            return;
        }

        LogMalformed(logger, remote, fault, _unsaid);
        _lastMalformed = time.GetTimestamp();
        _unsaid = 0;
    }

    public void RegistrationChanged(string account, RegistrationPhase phase) => LogRegistrationChanged(logger, account, phase);

    public void RegistrationFailed(string account, int status, string phrase) => LogRegistrationFailed(logger, account, status, phrase);

    [LoggerMessage(2030, LogLevel.Information, "Registration of {Account}: {Phase}")]
    private static partial void LogRegistrationChanged(ILogger logger, string account, RegistrationPhase phase);

    [LoggerMessage(2031, LogLevel.Warning, "Registration of {Account} failed: {Status} {Phrase}")]
    private static partial void LogRegistrationFailed(ILogger logger, string account, int status, string phrase);

    [LoggerMessage(2010, LogLevel.Debug, "{Direction} {Transport} {Remote}: {StartLine}, Call-ID {CallId}")]
    private static partial void LogMessage(
        ILogger logger, SipDirection direction, SipTransportKind transport, IPEndPoint remote, string startLine, string callId);

    [LoggerMessage(2011, LogLevel.Warning, "Malformed message from {Remote}: {Fault} ({Unsaid} more not logged before this)")]
    private static partial void LogMalformed(ILogger logger, IPEndPoint remote, string fault, long unsaid);
}
