using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace Gateway.Xmpp.StreamXml;

/// <summary>
/// Names in their namespaces, of which there is an end. The runtime keeps each name as long as its namespace is used, and those that the
/// gateway speaks are used for ever: a hundred octets for every name that anybody on the network makes up. Beyond many more than any
/// protocol has, a new one is put into a namespace of nobody, which goes when the stanza goes, unless it is a word of our own
/// (<see cref="OwnWords"/>). From any thread.
/// </summary>
internal static class InventedNames
{
    /// <summary>Names of one namespace that are kept. The largest namespace of XMPP has some fifty, attributes together some hundreds.</summary>
    internal const int MostKept = 4_096;

    /// <summary>Names that go together.</summary>
    private const int Bunch = 256;

    private static readonly Meter Meter = new("Gateway.Xmpp");

    private static readonly Counter<long> Passed = Meter.CreateCounter<long>(
        "gateway.xmpp.names.passed", "{name}", "Names of elements and attributes beyond those that are kept for a namespace.");

    /// <summary>Those of a namespace go with it: what is invented together with its namespace costs nothing for long.</summary>
    private static readonly ConditionalWeakTable<XNamespace, Dictionary<string, XName>> Kept = [];

    private static int _passed;

    /// <summary>The name, or one that means nothing to anybody.</summary>
    public static XName Get(XNamespace ns, string local)
    {
        var names = Kept.GetValue(ns, static _ => new(StringComparer.Ordinal));
        lock (names)
        {
            if (names.TryGetValue(local, out var known))
            {
                return known;
            }

            if (names.Count < MostKept || OwnWords.Contains(local))
            {
                return names[local] = ns + local;
            }
        }

        Passed.Add(1);
        return XNamespace.Get($"urn:nobody:{(uint)Interlocked.Increment(ref _passed) / Bunch}") + local;
    }
}
