using System.Collections.Immutable;
using Gateway.Host.Configuration.Reading;
using Gateway.Mapping.Configuration;

namespace Gateway.Host.Configuration.Sections;

/// <summary>Mapping; its trunks are read from Sip by <see cref="TrunksSection"/>.</summary>
internal static class MappingSection
{
    private const string JidRemedy = "Write a bare JID, such as \"juliet@example.org\"";

    public static MappingOptions Read(
        SectionReader section, XmppOptions xmpp, SipOptions sip, ImmutableArray<string>.Builder notices)
    {
        var listener = sip.Listen.FirstOrDefault(l => l is not null)?.EndPoint;
        var defaults = new MappingOptions
        {
            GatewayDomain = xmpp.Domain ?? "",
            SipHost = sip.AdvertisedHost ?? listener?.Address.ToString() ?? "",
            SipPort = listener?.Port is null or 0 or 5060 ? null : listener.Port,
        };
        var options = defaults with
        {
            LocalDomains = section.List<string>("LocalDomains", [], AddressText.TryDomain, "Write domains, such as \"example.org\""),
            Aliases = ReadAliases(section.Section("Aliases")),
            JidStyle = section.Choice("JidStyle", defaults.JidStyle),
            Answer = section.Choice("Answer", defaults.Answer),
            ProposeBothNamespaces = section.Flag("ProposeBothNamespaces", defaults.ProposeBothNamespaces),
            ServiceUnavailableStatus = section.Number(
                "ServiceUnavailableStatus", defaults.ServiceUnavailableStatus, 400, 499),
            ExposeReason = section.Flag("ExposeReason", defaults.ExposeReason),
            ExposeResource = section.Flag("ExposeResource", defaults.ExposeResource),
            Policy = ReadPolicy(section, defaults.Policy),
            Presence = ReadPresence(section, defaults.Presence),
            Contacts = ContactsSection.Read(section.Section("Contacts")),
            Messages = ReadMessages(section, defaults.Messages),
            DigitsByInfo = section.Flag("DigitsByInfo", defaults.DigitsByInfo),
            TypedDigits = section.Flag("TypedDigits", defaults.TypedDigits),
            Timers = ReadTimers(section, defaults.Timers),
            Chats = ChatsSection.Read(section.Section("Chats"), defaults.Chats),
        };

        if (options.ServiceUnavailableStatus is not (480 or 403 or 405)) // MAPPING E-2; RFC 7247 note 5 forbids 503
        {
            section.Fault("ServiceUnavailableStatus", "not a status that fits", "Write 480, 403 or 405");
        }

        if (options.Messages.AcceptedStatus is not (200 or 202)) // MAPPING M-14
        {
            section.Fault("MessageAcceptedStatus", "not a status that fits", "Write 202 or 200");
        }

        if (options.LocalDomains.Contains(defaults.GatewayDomain, StringComparer.OrdinalIgnoreCase))
        {
            notices.Add("Mapping.LocalDomains holds Xmpp.Domain, which is the component's own: calls to it would come back. Name the domains of XMPP users.");
        }

        section.End();
        return options;
    }

    private static ImmutableDictionary<string, string> ReadAliases(SectionReader section)
    {
        var aliases = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (var user in section.Keys.ToList())
        {
            aliases[user] = section.Value<string>(user, "", AddressText.TryBareJid, JidRemedy);
        }

        return aliases.ToImmutable();
    }

    private static PresenceOptions ReadPresence(SectionReader section, PresenceOptions defaults) => defaults with
    {
        Linger = section.Duration("PresenceLinger", defaults.Linger, TimeSpan.Zero, TimeSpan.FromDays(1)),
        Unused = section.Duration("PresenceUnused", defaults.Unused, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
        ShowOnThePhone = section.Flag("PresenceOnThePhone", defaults.ShowOnThePhone),
        OnThePhoneText = section.Value("PresenceOnThePhoneText", defaults.OnThePhoneText, AddressText.TryAny, "Write a status text"),
        AskXmppUsers = section.Flag("PresenceAskXmppUsers", defaults.AskXmppUsers),
        SubscriptionExpires = section.Duration(
            "PresenceExpires", defaults.SubscriptionExpires, TimeSpan.FromMinutes(1), TimeSpan.FromDays(1)),
        LinkGrace = section.Duration("PresenceLinkGrace", defaults.LinkGrace, TimeSpan.Zero, TimeSpan.FromHours(1)),
    };

    private static PolicyOptions ReadPolicy(SectionReader section, PolicyOptions defaults) => defaults with
    {
        AllowedCallers = section.List<string>(
            "AllowedCallers", defaults.AllowedCallers, AddressText.TryDomainOrBareJid,
            "Write XMPP domains or bare JIDs, such as \"example.org\" or \"juliet@example.org\""),
        DialableDomains = section.List<string>(
            "DialableDomains", defaults.DialableDomains, AddressText.TryDomainPattern,
            "Write SIP hosts, such as \"example.org\" or \"*.example.org\""),
        UnknownSources = section.Choice("UnknownSources", defaults.UnknownSources),
        CallsPerMinute = section.Number("CallsPerMinute", defaults.CallsPerMinute, 1, 1_000_000),
        ConcurrentCalls = section.Number("ConcurrentCalls", defaults.ConcurrentCalls, 1, 1_000_000),
        TrunkCallsPerMinute = section.Number("TrunkCallsPerMinute", defaults.TrunkCallsPerMinute, 1, 1_000_000),
        TrunkSubscriptionsPerMinute = section.Number("TrunkSubscriptionsPerMinute", defaults.TrunkSubscriptionsPerMinute, 1, 1_000_000),
        PresencePerMinute = section.Number("PresencePerMinute", defaults.PresencePerMinute, 1, 1_000_000),
    };

    private static MessageOptions ReadMessages(SectionReader section, MessageOptions defaults) => defaults with
    {
        Chat = section.Choice("Chat", defaults.Chat),
        Kind = section.Choice("MessageType", defaults.Kind),
        Notifications = section.Flag("MessageNotifications", defaults.Notifications),
        Typing = section.Flag("Typing", defaults.Typing),
        LongMessages = section.Choice("LongMessages", defaults.LongMessages),
        Deadline = section.Duration("MessageDeadline", defaults.Deadline, TimeSpan.Zero, TimeSpan.FromHours(1)),
        MaxAge = section.Duration("MessageMaxAge", defaults.MaxAge, TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)),
        PageOnly = section.Duration("PageOnlyTime", defaults.PageOnly, TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)),
        AcceptedStatus = section.Number("MessageAcceptedStatus", defaults.AcceptedStatus, 200, 299),
        OpaqueThreads = section.Flag("OpaqueThreads", defaults.OpaqueThreads),
        PerMinute = section.Number("MessagesPerMinute", defaults.PerMinute, 1, 10_000_000),
        TrunkPerMinute = section.Number("TrunkMessagesPerMinute", defaults.TrunkPerMinute, 1, 10_000_000),
    };

    private static CallTimers ReadTimers(SectionReader section, CallTimers defaults)
    {
        return defaults with
        {
            RingTimeout = Timer("RingTimeout", defaults.RingTimeout, least: 1),
            RingTimeoutLimit = Timer("RingTimeoutLimit", defaults.RingTimeoutLimit, least: 1),
            RingingAssumed = Timer("RingingAssumed", defaults.RingingAssumed, least: 0),
            RingingFallback = Timer("RingingFallback", defaults.RingingFallback, least: 0),
            SessionInitiate = Timer("SessionInitiateTimeout", defaults.SessionInitiate, least: 1),
            SessionAccept = Timer("SessionAcceptTimeout", defaults.SessionAccept, least: 1),
            StaleProposal = Timer("StaleProposal", defaults.StaleProposal, least: 1),
            TieBreak = Timer("TieBreakTimeout", defaults.TieBreak, least: 1),
            Migration = Timer("MigrationTimeout", defaults.Migration, least: 1),
            InviteTimeout = Timer("InviteTimeout", defaults.InviteTimeout, least: 1),
            LinkGrace = Timer("LinkGrace", defaults.LinkGrace, least: 0),
            MediaCheck = Timer("MediaCheck", defaults.MediaCheck, least: 1),
            MediaSilence = Timer("MediaSilence", defaults.MediaSilence, least: 1),
        };

        TimeSpan Timer(string key, TimeSpan fallback, int least) =>
            section.Duration(key, fallback, TimeSpan.FromSeconds(least), TimeSpan.FromHours(1));
    }
}
