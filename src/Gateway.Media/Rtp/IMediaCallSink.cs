namespace Gateway.Media.Rtp;

/// <summary>Hears what happens in a call's media. Called on its loop: it hands over and returns.</summary>
internal interface IMediaCallSink
{
    /// <summary>The first packet of a leg's peer passed every check; once per leg.</summary>
    void OnMedia(int leg);

    /// <summary>A peer that agreed to send has sent nothing for so long; told again only after it has sent.</summary>
    void OnSilent(int leg, int stream, TimeSpan silence);

    /// <summary>A peer pressed a key (RFC 4733), told at its release. Secret.</summary>
    void OnDigit(int leg, char key, TimeSpan duration);

    /// <summary>A peer said that its stream is over (RTCP BYE); the call ends by its signalling all the same.</summary>
    void OnGoodbye(int leg, int stream);
}
