using System.Collections.Immutable;
using Gateway.Host.Configuration.Reading;

namespace Gateway.Host.Configuration.Sections;

internal static class StateSection
{
    public static StateOptions Read(SectionReader section, ImmutableArray<string>.Builder notices)
    {
        var defaults = new StateOptions();
        var options = new StateOptions
        {
            Store = section.Choice("Store", defaults.Store),
            Path = section.Value<string>("Path", defaults.Path, AddressText.TryAny, "Name a folder"),
            ConnectionString = section.Secret("ConnectionString", required: false, ""),
        };

        if (options.Store == StateStore.Postgres)
        {
            section.Fault("Store", "not available in this version", "Use \"embedded\"");
        }

        if (section.Has("ConnectionString"))
        {
            notices.Add("State.ConnectionString has no effect: this version keeps its state in files under State.Path.");
        }

        section.End();
        return options;
    }
}
