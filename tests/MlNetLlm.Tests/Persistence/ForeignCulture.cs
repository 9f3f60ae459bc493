using System.Globalization;

namespace MlNetLlm.Tests.Persistence;

/// <summary>
/// A culture that writes numbers as Swedish does: a comma, and a minus sign that is no hyphen. It is made by hand, as a process without
/// culture data (as the tests' is) has none to take.
/// </summary>
internal static class ForeignCulture
{
    /// <summary>What a function gives under it.</summary>
    public static T Under<T>(Func<T> value)
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (culture.NumberFormat.NumberDecimalSeparator, culture.NumberFormat.NegativeSign) = (",", "\u2212");
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = culture;
        try
        {
            return value();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
