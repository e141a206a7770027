using System.Security.Cryptography;

namespace Gateway.Host.Running;

/// <summary>
/// The secret of this installation, kept with the state so that ids derived from it are the same after a restart. Only the
/// owner of the process may read it.
/// </summary>
internal static class InstanceKey
{
    private const int Length = 32;

    /// <summary>Reads the key, or makes it at the first start.</summary>
    /// <exception cref="IOException">The folder cannot be written; the message names it, and its key.</exception>
    public static byte[] LoadOrCreate(string folder)
    {
        try
        {
            return Load(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"The folder {Path.GetFullPath(folder)} (State.Path) cannot be used: {e.Message} Make it writable for this user.", e);
        }
    }

    private static byte[] Load(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "instance.key");
        if (File.Exists(path) && File.ReadAllBytes(path) is { Length: Length } known)
        {
            return known;
        }

        var key = RandomNumberGenerator.GetBytes(Length);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        file.Write(key);
        return key;
    }
}
