using System.Security.Cryptography;
using System.Text;

namespace MlNetLlm.Persistence;

/// <summary>
/// Identifies data, runs and random streams by the SHA-256 of a text of their properties. Numbers are written as in the invariant culture,
/// whatever the culture of the program: an identity that was stored under one culture holds under every other.
/// </summary>
/// <remarks>
/// The properties are named one by one. A record as a whole would write itself in the current culture.
/// </remarks>
internal static class Identity
{
    /// <summary>64 lower-case hexadecimal digits.</summary>
    public static string Sha256(FormattableString properties) => Convert.ToHexStringLower(Hash(properties));

    /// <summary>The first 64 bits as a number.</summary>
    public static ulong Key(FormattableString properties) => BitConverter.ToUInt64(Hash(properties));

    private static byte[] Hash(FormattableString properties) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant(properties)));
}
