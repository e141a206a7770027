using System.Reflection;
using System.Runtime.InteropServices;

namespace Gateway.Mapping.State.Sqlite;

/// <summary>The system's SQLite behind the data provider.</summary>
internal static class SqliteLibrary
{
    private const string File = "libsqlite3.so.0";

    private static readonly Lazy<string?> Fault = new(Load);

    /// <exception cref="StoreException">It is not installed.</exception>
    public static void Require()
    {
        if (Fault.Value is { } fault)
        {
            throw new StoreException(fault);
        }
    }

    private static string? Load()
    {
        if (!NativeLibrary.TryLoad(File, out var library))
        {
            return $"needs {File}, which is missing: install the Debian package libsqlite3-0";
        }

        NativeLibrary.SetDllImportResolver(
            typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly,
            (string name, Assembly _, DllImportSearchPath? _) => name == "e_sqlite3" ? library : 0);
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
        return null;
    }
}
