using System.Globalization;

namespace Gateway.Media.Relay;

/// <summary>Whether an answer that was stored still fits a newer offer .</summary>
public static class PayloadNumbers
{
    /// <summary>
    /// True when every codec of <paramref name="answer"/> that <paramref name="offer"/> has, too, bears the same payload
    /// number there, medium by medium. False means: the other end must be offered anew (re-INVITE), for it sends by
    /// numbers that the end which offers now does not know. Static types (RFC 3551) always agree.
    /// </summary>
    public static bool Agree(string offer, string answer)
    {
        ArgumentNullException.ThrowIfNull(offer);
        ArgumentNullException.ThrowIfNull(answer);
        return Media(offer).Zip(Media(answer)).All(pair => Agree(pair.First, pair.Second));
    }

    private static bool Agree(Dictionary<string, List<int>> offered, Dictionary<string, List<int>> answered) =>
        answered.All(codec => !offered.TryGetValue(codec.Key, out var numbers) || codec.Value.All(numbers.Contains));

    /// <summary>For each m= line: encoding name, clock rate and channels, in lower case, and its numbers.</summary>
    private static List<Dictionary<string, List<int>>> Media(string sdp)
    {
        List<Dictionary<string, List<int>>> media = [];
        foreach (var line in sdp.Split('\n').Select(line => line.TrimEnd('\r')))
        {
            if (line.StartsWith("m=", StringComparison.Ordinal))
            {
                media.Add([]);
            }
            else if (media.Count > 0 && TryRead(line, out var number, out var codec))
            {
                if (!media[^1].TryGetValue(codec, out var numbers))
                {
                    media[^1][codec] = numbers = [];
                }

                numbers.Add(number);
            }
        }

        return media;
    }

    private static bool TryRead(string line, out int number, out string codec)
    {
        const string start = "a=rtpmap:";
        codec = "";
        number = 0;
        if (!line.StartsWith(start, StringComparison.Ordinal) || line[start.Length..].Split(' ', 2) is not [var id, var name])
        {
            return false;
        }

        codec = name.Trim().ToLowerInvariant();
        return int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
