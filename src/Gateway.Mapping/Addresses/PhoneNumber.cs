using System.Diagnostics.CodeAnalysis;

namespace Gateway.Mapping.Addresses;

/// <summary>Telephone numbers in user parts: RFC 3966 section 5.1.</summary>
internal static class PhoneNumber
{
    /// <summary>A global number without separators: <c>+</c> and digits.</summary>
    public static bool IsGlobal(string user) => user is ['+', _, ..] && user.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0;

    /// <summary>A global number, or a local one: digits, <c>*</c> and <c>#</c>, at least one digit.</summary>
    public static bool IsNumber(string user) =>
        IsGlobal(user)
        || (user.Any(char.IsAsciiDigit) && user.All(c => char.IsAsciiDigit(c) || c is '*' or '#'));

    /// <summary>As <see cref="TryNormalize"/>, for what begins with <c>+</c> only.</summary>
    public static bool TryNormalizeGlobal(string user, [NotNullWhen(true)] out string? number)
    {
        number = null;
        return user is ['+', ..] && TryNormalize(user, out number) && IsGlobal(number);
    }

    /// <summary>
    /// The number without visual separators (section 5.1.1; people and clients add spaces too) and without parameters
    /// such as <c>;ext=7</c> (MAPPING A-19).
    /// </summary>
    public static bool TryNormalize(string user, [NotNullWhen(true)] out string? number)
    {
        var end = user.IndexOf(';', StringComparison.Ordinal);
        var digits = string.Concat((end < 0 ? user : user[..end]).Where(c => c is not ('-' or '.' or '(' or ')' or ' ')));
        number = IsNumber(digits) ? digits : null;
        return number is not null;
    }
}
