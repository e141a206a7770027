using Gateway.Host.Configuration.Reading;

namespace Gateway.Host.Configuration.Sections;

internal static class LogSection
{
    public static LogOptions Read(SectionReader section)
    {
        var defaults = new LogOptions();
        var options = new LogOptions
        {
            Level = section.Choice("Level", defaults.Level),
            Format = section.Choice("Format", defaults.Format),
        };
        section.End();
        return options;
    }
}
