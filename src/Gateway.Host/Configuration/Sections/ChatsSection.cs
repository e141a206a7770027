using Gateway.Host.Configuration.Reading;
using Gateway.Mapping.Configuration;

namespace Gateway.Host.Configuration.Sections;

/// <summary>Mapping.Chats: sessions over MSRP.</summary>
internal static class ChatsSection
{
    public static ChatOptions Read(SectionReader section, ChatOptions defaults)
    {
        var options = defaults with
        {
            Negotiate = section.Choice("Negotiate", defaults.Negotiate),
            OffTheRecord = section.Flag("OffTheRecord", defaults.OffTheRecord),
            Wrapped = section.Flag("Wrapped", defaults.Wrapped),
            MaxMessageSize = section.Number("MaxMessageSize", defaults.MaxMessageSize, 1_000, 16_000_000),
            QueueLimit = section.Number("QueueLimit", defaults.QueueLimit, 1, 10_000),
            SessionLimit = section.Number("SessionLimit", defaults.SessionLimit, 1, 1_000_000),
            SessionsPerSender = section.Number("SessionsPerSender", defaults.SessionsPerSender, 1, 1_000_000),
            SessionsPerMinute = section.Number("SessionsPerMinute", defaults.SessionsPerMinute, 1, 1_000_000),
            AnswerTimeout = section.Duration("AnswerTimeout", defaults.AnswerTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            Idle = section.Duration("Idle", defaults.Idle, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7)),
            StepTimeout = section.Duration("StepTimeout", defaults.StepTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(3)),
            UnavailableGrace = section.Duration("UnavailableGrace", defaults.UnavailableGrace, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7)),
            UnavailableGraceLater = section.Duration(
                "UnavailableGraceLater", defaults.UnavailableGraceLater, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7)),
            Reconnect = section.Duration("Reconnect", defaults.Reconnect, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(10)),
        };
        section.End();
        return options;
    }
}
