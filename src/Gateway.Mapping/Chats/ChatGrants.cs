using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Gateway.Xmpp.ChatNegotiation;
using Gateway.Xmpp.DataForms;
using Gateway.Xmpp.Stanzas;
using static Gateway.Xmpp.ChatNegotiation.ChatNegotiationDialect;

namespace Gateway.Mapping.Chats;

/// <summary>What the gateway itself can promise, beside what the phone can.</summary>
/// <param name="OffTheRecord">It keeps no record of a session that asks for none (F-3).</param>
/// <param name="Secure">Both of its legs towards this peer are secure (F-4).</param>
public sealed record ChatPromises(bool OffTheRecord, bool Secure);

/// <summary>Why a form cannot be had: the stanza error of S-3, and the fields that are the cause.</summary>
/// <param name="Condition">feature-not-implemented: fields that are not known or, in 0.8, not to be had; not-acceptable: no option of
/// theirs is.</param>
/// <param name="Fields">Their names.</param>
public sealed record ChatFormFault(StanzaErrorCondition Condition, ImmutableArray<string> Fields);

/// <summary>
/// Reads what a form asks for and writes what came out, both by the table of MAPPING 7.5: nothing is promised that a gateway cannot
/// keep, whatever the phone behind it does.
/// </summary>
public static class ChatGrants
{
    /// <summary>The terms that a form asks for; false when it requires what cannot be had, whoever is called (N-13).</summary>
    public static bool TryRead(
        ChatNegotiationDialect dialect, string? id, ImmutableArray<ChatParameter> parameters, ChatTerms current, ChatPromises promises,
        [NotNullWhen(true)] out ChatOffer? offer, [NotNullWhen(false)] out ChatFormFault? fault)
    {
        ArgumentNullException.ThrowIfNull(current);
        ArgumentNullException.ThrowIfNull(promises);
        var terms = current;
        var unknown = ImmutableArray.CreateBuilder<string>();
        var impossible = ImmutableArray.CreateBuilder<string>();
        offer = null;
        var (needsXhtml, needsStates) = (false, false);
        foreach (var parameter in parameters)
        {
            switch (parameter.Name)
            {
                case ChatFields.Xhtml:
                    terms = terms with { Xhtml = Wishes(parameter, dialect) };
                    needsXhtml = parameter.IsRequired && IsOnlyOn(parameter, dialect);
                    break;
                case ChatFields.ChatStates:
                    terms = terms with { ChatStates = Wishes(parameter, dialect) };
                    needsStates = parameter.IsRequired && IsOnlyOn(parameter, dialect);
                    break;
                case ChatFields.OffTheRecord or ChatFields.Logging:
                    terms = terms with { OffTheRecord = promises.OffTheRecord && WishesNoRecord(parameter) };
                    break;
                case ChatFields.Secure or ChatFields.Security:
                    terms = terms with { Secure = promises.Secure };
                    break;
            }

            if (parameter.IsRequired && parameter.Name is not (ChatFields.Xhtml or ChatFields.ChatStates))
            {
                if (!IsKnown(parameter.Name))
                {
                    unknown.Add(parameter.Name);
                }
                else if (Answer(parameter, dialect, terms) is not { } answer || !Fits(parameter, dialect, answer))
                {
                    impossible.Add(parameter.Name);
                }
            }
        }

        fault = unknown.Count > 0 ? new ChatFormFault(StanzaErrorCondition.FeatureNotImplemented, unknown.ToImmutable())
            : impossible.Count == 0 ? null
            : new ChatFormFault(
                dialect == V08 ? StanzaErrorCondition.FeatureNotImplemented : StanzaErrorCondition.NotAcceptable, impossible.ToImmutable());
        offer = fault is null ? new ChatOffer(id, parameters, terms) { NeedsXhtml = needsXhtml, NeedsChatStates = needsStates } : null;
        return fault is null;
    }

    /// <summary>The values of the answer: every field that we know, 0 for those of 0.8 that we do not (N-7, S-2).</summary>
    public static ImmutableDictionary<string, string> Values(
        ChatNegotiationDialect dialect, ImmutableArray<ChatParameter> parameters, ChatTerms terms) => parameters
        .Select(parameter => (parameter.Name, Value: Answer(parameter, dialect, terms)))
        .Where(answer => answer.Value is not null)
        .ToImmutableDictionary(answer => answer.Name, answer => answer.Value!);

    /// <summary>The fields of a form of ours, for the terms that the phone offers.</summary>
    public static ImmutableArray<ChatParameter> Parameters(ChatNegotiationDialect dialect, ChatTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        var fields = ImmutableArray.CreateBuilder<ChatParameter>();
        fields.Add(Parameter(ChatFields.Xhtml, dialect, terms.Xhtml));
        fields.Add(Parameter(ChatFields.ChatStates, dialect, terms.ChatStates));
        if (terms.Secure) // F-4: said only where it is so
        {
            fields.Add(dialect == V08
                ? new ChatParameter(ChatFields.Secure, "1") { IsBoolean = true }
                : new ChatParameter(ChatFields.Security, "c2s") { Options = ["c2s", "none"] });
        }

        return fields.ToImmutable();
    }

    /// <summary>The terms that an answer grants; what it leaves out stays as it was (N-26).</summary>
    public static ChatTerms Granted(ImmutableDictionary<string, string> values, ChatTerms asked)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(asked);
        return asked with
        {
            Xhtml = asked.Xhtml && (On(values, ChatFields.Xhtml) ?? asked.Xhtml),
            ChatStates = asked.ChatStates && (On(values, ChatFields.ChatStates) ?? asked.ChatStates),
        };
    }

    private static bool? On(ImmutableDictionary<string, string> values, string name) =>
        values.TryGetValue(name, out var value) ? IsOn(value) : null;

    private static bool IsOn(string? value) => value == ChatFields.May || (XmlBoolean.TryParse(value, out var on) && on);

    private static ChatParameter Parameter(string name, ChatNegotiationDialect dialect, bool on) => dialect == V08
        ? new ChatParameter(name, XmlBoolean.Write(on)) { IsBoolean = true }
        : new ChatParameter(name, on ? ChatFields.May : ChatFields.MustNot) { Options = on ? [ChatFields.May, ChatFields.MustNot] : [ChatFields.MustNot] };

    private static bool Wishes(ChatParameter parameter, ChatNegotiationDialect dialect) => dialect == V08 || parameter.Options.IsEmpty
        ? IsOn(parameter.Preferred)
        : parameter.Options.Contains(ChatFields.May) && parameter.Preferred is null or ChatFields.May;

    private static bool IsOnlyOn(ChatParameter parameter, ChatNegotiationDialect dialect) => dialect == V08
        ? IsOn(parameter.Preferred)
        : !parameter.Options.Contains(ChatFields.MustNot) && (parameter.Options.Contains(ChatFields.May) || parameter.Preferred == ChatFields.May);

    private static bool WishesNoRecord(ChatParameter parameter) => parameter.Name == ChatFields.OffTheRecord
        ? IsOn(parameter.Preferred)
        : parameter.Preferred == ChatFields.MustNot || (parameter.Preferred is null && parameter.Options is [ChatFields.MustNot, ..]);

    private static bool IsKnown(string name) => name is ChatFields.Xhtml or ChatFields.ChatStates or ChatFields.OffTheRecord
        or ChatFields.Logging or ChatFields.Secure or ChatFields.Security or ChatFields.Language or ChatFields.Presence
        or ChatFields.Disclosure or ChatFields.MultiSession;

    /// <summary>The value we can stand for; null when there is none among the options.</summary>
    private static string? Answer(ChatParameter parameter, ChatNegotiationDialect dialect, ChatTerms terms)
    {
        return parameter.Name switch
        {
            ChatFields.Xhtml => Switch(terms.Xhtml),
            ChatFields.ChatStates => Switch(terms.ChatStates),
            ChatFields.OffTheRecord => XmlBoolean.Write(terms.OffTheRecord),
            ChatFields.Logging => Among(terms.OffTheRecord ? [ChatFields.MustNot] : [ChatFields.May]), // a phone may log, so "mustnot" is ours alone
            ChatFields.Secure => XmlBoolean.Write(terms.Secure),
            ChatFields.Security => Among(terms.Secure ? ["c2s", "none"] : ["none"]), // S-9: never e2e
            ChatFields.Disclosure => Among(["enabled"]), // S-9
            ChatFields.Presence => Among([ChatFields.MustNot]),
            ChatFields.MultiSession => XmlBoolean.Write(false), // S-10
            ChatFields.Language => parameter.Preferred ?? (parameter.Options.IsEmpty ? null : parameter.Options[0]),
            _ when parameter.IsBoolean => XmlBoolean.Write(false), // N-7
            _ => null,
        };

        string? Switch(bool on) => dialect == V08 ? XmlBoolean.Write(on) : Among([on ? ChatFields.May : ChatFields.MustNot]);

        string? Among(string[] ours) => parameter.Options.IsEmpty ? ours[0]
            : parameter.Options.FirstOrDefault(ours.Contains); // the form's order is its preference
    }

    // A required switch of 0.8 has to come out as it was asked for.
    private static bool Fits(ChatParameter parameter, ChatNegotiationDialect dialect, string answer) =>
        dialect != V08 || !parameter.IsBoolean || !IsOn(parameter.Preferred) || IsOn(answer);
}
