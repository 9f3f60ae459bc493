namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;

/// <summary>
/// A small language over strings: a program is a row of letters, each of which changes the string. <c>r</c> reverses it, <c>l</c> moves its
/// first letter to the end, <c>x</c> drops the first letter, <c>d</c> writes the last letter twice, <c>s</c> swaps the first two letters.
/// </summary>
public static class StringProgram
{
    /// <summary>The operations.</summary>
    public const string Operations = "dlrsx";

    private const int LongestProgram = 16;
    private const int LongestString = 32;

    /// <summary>Runs a program. Total: any text may be given.</summary>
    /// <returns>
    /// What it makes of the input; null where the text is no program: empty, longer than 16 operations, with a letter that is none, an
    /// operation on a string too short for it, or a result longer than 32 letters.
    /// </returns>
    public static string? Run(string program, string input)
    {
        if (program.Length is 0 or > LongestProgram) return null;
        var value = input;
        foreach (var operation in program)
        {
            if (Apply(operation, value) is not { } next) return null;
            value = next;
        }
        return value;
    }

    /// <summary>What one operation makes of a string, or null.</summary>
    public static string? Apply(char operation, string value) => operation switch
    {
        'd' when value.Length is > 0 and < LongestString => value + value[^1],
        'l' when value.Length > 0 => value[1..] + value[0],
        'r' when value.Length > 0 => string.Create(value.Length, value, (span, text) =>
        {
            text.AsSpan().CopyTo(span);
            span.Reverse();
        }),
        's' when value.Length > 1 => $"{value[1]}{value[0]}{value[2..]}",
        'x' when value.Length > 1 => value[1..],
        _ => null,
    };

    /// <summary>The first of the shortest programs, in alphabetical order, or null where none of the length given does it.</summary>
    /// <param name="input">What the program is given.</param>
    /// <param name="output">What it must make of it.</param>
    /// <param name="longest">Operations it may have.</param>
    public static string? Shortest(string input, string output, int longest)
    {
        // Breadth first and in alphabetical order, so what is found first is what is asked for.
        var reached = new Dictionary<string, string> { [input] = "" };
        List<string> last = [input];
        for (var length = 1; length <= longest; length++)
        {
            var next = new List<string>();
            foreach (var value in last)
            {
                foreach (var operation in Operations)
                {
                    if (Apply(operation, value) is not { } made || !reached.TryAdd(made, reached[value] + operation)) continue;
                    if (made == output) return reached[made];
                    next.Add(made);
                }
            }
            last = [.. next.OrderBy(value => reached[value], StringComparer.Ordinal)];
        }
        return null;
    }
}
