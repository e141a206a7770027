namespace Gateway.Xmpp.StreamXml;

/// <summary>What stands at the beginning of some octets.</summary>
internal enum XmlToken
{
    /// <summary>Its end is not there yet.</summary>
    Incomplete,

    /// <summary>Octets up to the next markup.</summary>
    Text,

    /// <summary>A start tag, or the tag of an empty element.</summary>
    StartTag,

    /// <summary>An end tag.</summary>
    EndTag,

    /// <summary>A CDATA section.</summary>
    CData,

    /// <summary>The beginning of a processing instruction.</summary>
    Instruction,

    /// <summary>The beginning of a comment.</summary>
    Comment,

    /// <summary>The beginning of a document type declaration.</summary>
    DocumentType,

    /// <summary>Nothing that XML knows.</summary>
    Malformed,
}
