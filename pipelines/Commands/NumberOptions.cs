using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace MlNetLlm.Pipelines.Commands;

/// <summary>Reads the numbers of the command line: the same in every culture, and with an error that says what was expected.</summary>
internal static class NumberOptions
{
    /// <summary>Sees to every option of a command's commands that takes a number.</summary>
    public static void ReadIn(Command root)
    {
        foreach (var option in root.Subcommands.SelectMany(command => command.Options))
            switch (option)
            {
                case Option<int> whole: whole.CustomParser = given => Number<int>(given) ?? 0; break;
                case Option<int?> whole: whole.CustomParser = Number<int>; break;
                case Option<long?> whole: whole.CustomParser = Number<long>; break;
                case Option<double> number: number.CustomParser = given => Number<double>(given) ?? 0; break;
                case Option<double?> number: number.CustomParser = Number<double>; break;
            }
    }

    private static TNumber? Number<TNumber>(ArgumentResult given)
        where TNumber : struct, INumber<TNumber>
    {
        var (text, isWhole) = (given.Tokens[^1].Value, typeof(TNumber) != typeof(double));
        var style = isWhole ? NumberStyles.Integer : NumberStyles.Float;
        if (TNumber.TryParse(text, style, CultureInfo.InvariantCulture, out var number)) return number;
        given.AddError($"{(given.Parent as OptionResult)?.Option.Name} is '{text}'; expected a {(isWhole ? "whole number" : "number")}.");
        return null;
    }
}
