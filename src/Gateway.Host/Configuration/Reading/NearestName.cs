namespace Gateway.Host.Configuration.Reading;

/// <summary>Finds the name that somebody probably meant.</summary>
public static class NearestName
{
    /// <summary>The nearest of <paramref name="known"/>, or null when none is near.</summary>
    public static string? To(string written, IEnumerable<string> known)
    {
        var (best, distance) = known
            .Select(name => (name, Distance(written.ToLowerInvariant(), name.ToLowerInvariant())))
            .OrderBy(pair => pair.Item2)
            .FirstOrDefault();
        return best is not null && distance <= Math.Max(1, Math.Min(written.Length, best.Length) / 2) ? best : null;
    }

    /// <summary>Edits (insert, delete, replace, swap of neighbours) from one to the other.</summary>
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            rows[i, 0] = i;
        }

        for (var j = 0; j <= b.Length; j++)
        {
            rows[0, j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                var least = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    least = Math.Min(least, rows[i - 2, j - 2] + 1);
                }

                rows[i, j] = least;
            }
        }

        return rows[a.Length, b.Length];
    }
}
