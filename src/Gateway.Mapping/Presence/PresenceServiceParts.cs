using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Contacts;
using Gateway.Mapping.Policy;
using Gateway.Sip.Subscriptions;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Disco;
using Microsoft.Extensions.Logging;

namespace Gateway.Mapping.Presence;

/// <summary>What presence is made of.</summary>
/// <param name="Options">The options.</param>
/// <param name="Plan">Addresses.</param>
/// <param name="Policy">Who may use the gateway.</param>
/// <param name="Link">The XMPP side.</param>
/// <param name="Discovery">Whose caps presence carries.</param>
/// <param name="Events">The SIP side.</param>
/// <param name="Store">Keeps subscriptions.</param>
/// <param name="Book">Names and pictures.</param>
/// <param name="Time">Clock and timers.</param>
/// <param name="Logger">Log.</param>
public sealed record PresenceServiceParts(
    MappingOptions Options, AddressPlan Plan, AccessPolicy Policy, IXmppLink Link, ServiceDiscovery Discovery, ISipEventAgent Events,
    ISubscriberStore Store, ContactBook Book, TimeProvider Time, ILogger<PresenceService> Logger);
