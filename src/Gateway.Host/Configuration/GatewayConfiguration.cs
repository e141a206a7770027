using System.Collections;
using System.Collections.Immutable;
using Gateway.Host.Configuration.Reading;
using Gateway.Host.Configuration.Sections;

namespace Gateway.Host.Configuration;

/// <summary>What reading the configuration gave: options, or every fault.</summary>
/// <param name="Options">Null when there is any fault.</param>
/// <param name="Faults">In the order of reading.</param>
/// <param name="Message">All faults in one message; empty when there are none.</param>
public sealed record ConfigurationResult(
    GatewayOptions? Options, IReadOnlyList<ConfigurationFault> Faults, string Message);

/// <summary>One JSON file, environment variables laid over it, read strictly.</summary>
public static class GatewayConfiguration
{
    /// <summary>Reads <paramref name="file"/> and this process's environment.</summary>
    public static ConfigurationResult Load(string file) => Load(file, Environment.GetEnvironmentVariables());

    /// <summary>Reads <paramref name="file"/> and the given environment.</summary>
    public static ConfigurationResult Load(string file, IDictionary environment)
    {
        var faults = new ConfigurationFaults();
        if (JsoncFile.Read(file, faults) is not { } root)
        {
            return new(null, faults.All, faults.Describe(file)); // what is missing from a broken file says nothing
        }

        EnvironmentOverlay.Apply(root, environment);
        var options = Read(new SectionReader(root, "", faults, Path.GetDirectoryName(Path.GetFullPath(file))!));
        return faults.All.Count > 0
            ? new(null, faults.All, faults.Describe(file))
            : new(options, [], "");
    }

    private static GatewayOptions Read(SectionReader root)
    {
        var notices = ImmutableArray.CreateBuilder<string>();
        var xmpp = XmppSection.Read(root.Section("Xmpp"));
        var sipSection = root.Section("Sip");
        var sip = SipSection.Read(sipSection, notices);
        var mapping = MappingSection.Read(root.Section("Mapping"), xmpp, sip, notices);
        mapping = TrunksSection.Read(sipSection, mapping);
        sipSection.End();
        var options = new GatewayOptions
        {
            Xmpp = xmpp,
            Sip = sip,
            Mapping = mapping,
            Media = MediaSection.Read(root.Section("Media")),
            State = StateSection.Read(root.Section("State"), notices),
            Http = HttpSection.Read(root.Section("Http")),
            Log = LogSection.Read(root.Section("Log")),
            Notices = notices.ToImmutable(),
        };
        root.End();
        return options;
    }
}
