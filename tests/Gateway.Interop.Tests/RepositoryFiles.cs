namespace Gateway.Interop.Tests;

/// <summary>Where things are in the checkout that these tests were built from.</summary>
internal static class RepositoryFiles
{
    private static readonly string Root = FindRoot();

    /// <summary>The calling client.</summary>
    public static string XmppPhoneScript => Path.Combine(Root, "tests", "clients", "xmpp_phone.py");

    /// <summary>The SIP user with MESSAGE and MSRP.</summary>
    public static string MsrpPhoneScript => Path.Combine(Root, "tests", "clients", "msrp_phone.py");

    /// <summary>The XMPP user who chats.</summary>
    public static string XmppChatScript => Path.Combine(Root, "tests", "clients", "xmpp_chat.py");

    /// <summary>The calling client for browsers.</summary>
    public static string BrowserFolder => Path.Combine(Root, "tests", "clients", "browser");

    /// <summary>The SIP user agent of presence tests.</summary>
    public static string SipPresenceScript => Path.Combine(Root, "tests", "clients", "sip_presence.py");

    /// <summary>The gateway, built with the configuration that these tests were built with.</summary>
    public static string Gateway
    {
        get
        {
            var output = new DirectoryInfo(AppContext.BaseDirectory);
            return Path.Combine(
                Root, "src", "Gateway.Host", "bin", output.Parent!.Name, output.Name, "gateway.dll");
        }
    }

    /// <summary>A scenario of sipp.</summary>
    public static string Scenario(string name) =>
        Path.Combine(Root, "tests", "Gateway.Interop.Tests", "Scenarios", name + ".xml");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Gateway.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("Not below a checkout.");
        }

        return folder.FullName;
    }
}
