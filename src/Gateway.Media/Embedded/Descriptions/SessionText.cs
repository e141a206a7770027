using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Gateway.Media.Embedded.Descriptions;

/// <summary>
/// A session description (RFC 8866) read line by line: what the relay uses, and as they came the lines that go through it.
/// </summary>
internal sealed record SessionText
{
    /// <summary>Octets of a description; those of browsers with video have some 8,000.</summary>
    public const int MostText = 64 * 1024;

    /// <summary>Media of a description.</summary>
    public const int MostMedia = 16;

    /// <summary>Candidates of one medium; clients gather about ten.</summary>
    public const int MostCandidates = 128;

    /// <summary>Lines in all.</summary>
    public const int MostLines = 2048;

    /// <summary>The lines before the first m= line that the other end is shown (<see cref="PassingLines"/>).</summary>
    public required ImmutableArray<string> Lines { get; init; }

    public required ImmutableArray<MediaSection> Media { get; init; }

    /// <summary>Mids of the first BUNDLE group (RFC 9143); empty when there is none.</summary>
    public ImmutableArray<string> Bundle { get; init; } = [];

    /// <summary>The first medium that is spoken over ICE and DTLS; null when none is.</summary>
    public MediaSection? FirstWebRtc => Media.FirstOrDefault(media => media is { IsWebRtc: true, IsRefused: false });

    /// <summary>Reads a description. What is odd in a line is the business of who uses the line; what is too much is refused.</summary>
    /// <param name="text">The description.</param>
    /// <param name="read">What was read.</param>
    /// <param name="fault">Why not, for the log: limits, never the input.</param>
    public static bool TryRead(
        string text, [NotNullWhen(true)] out SessionText? read, [NotNullWhen(false)] out string? fault)
    {
        read = null;
        fault = null;
        if (text.Length > MostText)
        {
            fault = $"a description of more than {MostText} characters";
            return false;
        }

        var reader = new Reader();
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text.AsSpan()[range].TrimEnd('\r');
            if (!line.IsEmpty && !reader.TryTake(line, out fault))
            {
                return false;
            }
        }

        read = reader.Finish();
        fault = read.Lines.IsEmpty || !read.Lines[0].StartsWith("v=", StringComparison.Ordinal) ? "no description: no v= line"
            : read.Media.IsEmpty ? "a description without media" : null;
        return fault is null;
    }

    private sealed class Reader
    {
        private readonly List<string> _session = new(4); // v=, o=, s=, t=
        private readonly ImmutableArray<MediaSection>.Builder _media = ImmutableArray.CreateBuilder<MediaSection>(1);
        private readonly SectionReader _defaults = new("", 0, "", []);
        private SectionReader? _current;
        private ImmutableArray<string> _bundle = [];
        private int _lines;

        public bool TryTake(ReadOnlySpan<char> line, [NotNullWhen(false)] out string? fault)
        {
            fault = line.Length < 2 || line[1] != '=' ? "a line that is none of a description"
                : ++_lines > MostLines ? $"more than {MostLines} lines" : null;
            if (fault is not null)
            {
                return false;
            }

            if (line.StartsWith("m="))
            {
                Close();
                fault = _media.Count == MostMedia ? $"more than {MostMedia} media"
                    : SectionReader.TryOpen(line, out _current) ? null : "an m= line that cannot be read";
                return fault is null;
            }

            if (_current is not null)
            {
                return _current.TryTake(line, out fault);
            }

            if (PassingLines.PassesOfSession(line))
            {
                _session.Add(line.ToString());
            }

            if (line.StartsWith("a=group:BUNDLE ") && _bundle.IsEmpty)
            {
                _bundle = [.. line["a=group:BUNDLE ".Length..].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries)];
            }

            return _defaults.TryTake(line, out fault);
        }

        public SessionText Finish()
        {
            Close();
            return new SessionText { Lines = [.. _session], Media = _media.DrainToImmutable(), Bundle = _bundle };
        }

        private void Close()
        {
            if (_current is not null)
            {
                _media.Add(_current.Finish(_defaults));
                _current = null;
            }
        }
    }
}
