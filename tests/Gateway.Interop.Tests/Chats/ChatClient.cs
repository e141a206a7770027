using System.Xml.Linq;
using Gateway.Testing.Phones;

namespace Gateway.Interop.Tests.Chats;

/// <summary>What a chat client of either version of XEP-0155 writes and reads, by the letter of its examples.</summary>
internal sealed class ChatClient(XmppPhone phone, string version)
{
    public const string FeatureNegotiation = "http://jabber.org/protocol/feature-neg";

    private static readonly XNamespace Client = "jabber:client";
    private static readonly XNamespace Feature = FeatureNegotiation;
    private static readonly XNamespace Data = "jabber:x:data";
    private static readonly XNamespace Errors = "urn:ietf:params:xml:ns:xmpp-stanzas";

    public XmppPhone Phone => phone;

    public bool IsOld => version == "0.8";

    private string FormType => version switch
    {
        "0.8" => "http://jabber.org/protocol/chatneg",
        "1.0" => "urn:xmpp:chatneg",
        _ => "urn:xmpp:ssn",
    };

    /// <summary>A form with fields as written: name, value, and type where one is stated.</summary>
    public Task SendAsync(string to, string thread, string type, string fields, string id = "n1") => phone.SendXmlAsync(
        $"<message xmlns='jabber:client' type='normal' to='{to}' id='{id}'><thread>{thread}</thread><feature xmlns='{FeatureNegotiation}'>"
        + $"<x xmlns='jabber:x:data' type='{type}'><field var='FORM_TYPE' type='hidden'><value>{FormType}</value></field>{fields}</x></feature></message>");

    public Task InitiateAsync(string to, string thread, string fields = "", string reason = "Can we talk?", string id = "init1") => SendAsync(
        to, thread, "form", $"<field var='accept' type='boolean'><value>true</value><required/></field>{fields}<field var='reason' type='text-single'><value>{reason}</value></field>", id);

    /// <summary>A switch of either version: boolean in 0.8, may or mustnot later.</summary>
    public string Switch(string name, bool on, bool required = false) => IsOld
        ? $"<field var='{name}' type='boolean'><value>{(on ? 1 : 0)}</value>{(required ? "<required/>" : "")}</field>"
        : $"<field var='{name}' type='list-single'><value>{(on ? "may" : "mustnot")}</value><option><value>may</value></option>{(required ? "" : "<option><value>mustnot</value></option>")}{(required ? "<required/>" : "")}</field>";

    public string Xhtml(bool on, bool required = false) => Switch("http://jabber.org/protocol/xhtml-im", on, required);

    public string States(bool on) => Switch("http://jabber.org/protocol/chatstates", on);

    public static string Value(string name, string value) => $"<field var='{name}'><value>{value}</value></field>";

    /// <summary>How this version writes that a switch is on.</summary>
    public string On => IsOld ? "1" : "may";

    public Task ReplyAsync(string to, string thread, bool accepts, string fields = "", string id = "n1") =>
        SendAsync(to, thread, "submit", Value("accept", accepts ? "1" : "0") + fields, id);

    public Task ConfirmAsync(string to, string thread, bool confirms = true) => SendAsync(to, thread, "result", Value("accept", confirms ? "1" : "0"));

    public Task TerminateAsync(string to, string thread, string id = "term1") =>
        SendAsync(to, thread, "submit", Value("terminate", "1") + (IsOld ? Value("reason", "Gotta go!") : ""), id);

    public Task MoveAsync(string to, string thread, string resource, string id = "move1") =>
        SendAsync(to, thread, IsOld ? "form" : "submit", IsOld ? $"<field var='continue' type='text-single'><value>{resource}</value></field>" : Value("continue", resource), id);

    public Task RenegotiateAsync(string to, string thread, string fields, string id = "reneg1") =>
        SendAsync(to, thread, "form", (IsOld ? "" : "<field var='renegotiate' type='boolean'><value>1</value><required/></field>") + fields, id);

    /// <summary>Words, with whatever stands beside them.</summary>
    public Task SayAsync(string to, string thread, string text, string more = "", string? id = null) => phone.SendXmlAsync(
        $"<message xmlns='jabber:client' type='chat' to='{to}' id='{id ?? Guid.NewGuid().ToString()}'>{(thread.Length == 0 ? "" : $"<thread>{thread}</thread>")}"
        + (text.Length == 0 ? "" : $"<body>{text}</body>") + $"{more}</message>");

    /// <summary>A form of that type that holds that field.</summary>
    public async Task<Form> SeesFormAsync(string type, string field, int skip = 0)
    {
        var seen = await phone.Events.WaitAsync(e => e.Kind == "message" && FormOf(e) is { } form && form.Type == type && form.Values.ContainsKey(field), skip, $"form {type} with {field}");
        return FormOf(seen)!;
    }

    /// <summary>An error to a stanza of ours.</summary>
    public async Task<(string Condition, IReadOnlyList<string> Fields, XElement Stanza)> SeesErrorAsync(string id)
    {
        var seen = await phone.Events.WaitAsync(e => e.Kind == "message_error" && e["message_id"] == id, 0, $"error to {id}");
        var stanza = XElement.Parse(seen["xml"]!);
        var error = stanza.Element(Client + "error")!;
        return (
            error.Elements().First(child => child.Name.Namespace == Errors && child.Name.LocalName != "text").Name.LocalName,
            [.. error.Elements(Feature + "feature").Elements(Feature + "field").Select(field => (string)field.Attribute("var")!)],
            stanza);
    }

    /// <summary>A message with these words.</summary>
    public async Task<XElement> HearsAsync(string text, int skip = 0) => XElement.Parse((await phone.Events.WaitAsync(
        e => e.Kind == "message" && XElement.Parse(e["xml"]!).Element(Client + "body")?.Value == text, skip, $"\"{text}\""))["xml"]!);

    /// <summary>A message with a payload of that name.</summary>
    public async Task<XElement> SeesPayloadAsync(XName name, int skip = 0) => XElement.Parse((await phone.Events.WaitAsync(
        e => e.Kind == "message" && XElement.Parse(e["xml"]!).Elements(name).Any(), skip, name.ToString()))["xml"]!);

    private static Form? FormOf(PhoneEvent seen)
    {
        var stanza = XElement.Parse(seen["xml"]!);
        return stanza.Elements(Feature + "feature").Elements(Data + "x").FirstOrDefault() is not { } x ? null : new Form(
            (string)x.Attribute("type")!,
            x.Elements(Data + "field").ToDictionary(field => (string)field.Attribute("var")!, field => field.Elements(Data + "value").FirstOrDefault()?.Value ?? ""),
            (string)stanza.Attribute("from")!,
            (string?)stanza.Attribute("id"),
            stanza.Element(Client + "thread")?.Value,
            stanza);
    }
}

/// <summary>A form as a client saw it.</summary>
internal sealed record Form(string Type, IReadOnlyDictionary<string, string> Values, string From, string? Id, string? Thread, XElement Stanza);
