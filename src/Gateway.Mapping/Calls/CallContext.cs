using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Policy;
using Gateway.Media.Relay;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Component;

namespace Gateway.Mapping.Calls;

/// <summary>What every call of the process shares.</summary>
internal sealed record CallContext(
    MappingOptions Options,
    IXmppLink Link,
    ISipUserAgent UserAgent,
    IMediaRelay Relay,
    CallAdmission Admission,
    DeviceNames Devices,
    CallDirectory Directory,
    CallJournal Journal,
    HeldMedia Held,
    CallMetrics Metrics,
    CallLog Log,
    TimeProvider Time);
