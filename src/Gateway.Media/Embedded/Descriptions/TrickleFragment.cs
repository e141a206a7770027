using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Gateway.Media.Ice;

namespace Gateway.Media.Embedded.Descriptions;

/// <summary>Candidates that come after their description: an SDP fragment (RFC 8840 section 9).</summary>
/// <param name="Mid">The medium that it is of; null when it does not say.</param>
/// <param name="Index">The place of its m= line, when it has one.</param>
/// <param name="Ufrag">The generation that it is of; null when it does not say.</param>
/// <param name="Candidates">Those that could be read.</param>
/// <param name="IsLast">No more will come.</param>
internal sealed record TrickleFragment(
    string? Mid, int Index, string? Ufrag, ImmutableArray<IceCandidate> Candidates, bool IsLast)
{
    /// <summary>Reads a fragment, one part for each medium; false when it is none, or too much of one.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out ImmutableArray<TrickleFragment>? parts)
    {
        parts = null;
        if (text.Length > SessionText.MostText)
        {
            return false;
        }

        var session = new SectionReader("", 0, "", []);
        SectionReader? current = null;
        var media = new List<SectionReader>();
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text.AsSpan()[range].TrimEnd('\r');
            if (line.StartsWith("m="))
            {
                if (media.Count == SessionText.MostMedia || !SectionReader.TryOpen(line, out current))
                {
                    return false;
                }

                media.Add(current);
            }
            else if (!line.IsEmpty && !(current ?? session).TryTake(line, out _))
            {
                return false;
            }
        }

        // Without an m= line all of it is of the first medium.
        var sections = media.Count > 0 ? media.Select(medium => medium.Finish(session)) : [session.Finish(session)];
        parts = [.. sections.Select((section, index) => new TrickleFragment(
            section.Mid, index, section.Ufrag, [.. section.Candidates.Select(Candidate).OfType<IceCandidate>()], section.HasEndOfCandidates))];
        return true;
    }

    private static IceCandidate? Candidate(string value) => IceCandidate.TryParse(value, out var candidate) ? candidate : null;
}
