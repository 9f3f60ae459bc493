namespace Microsoft.ML;

public sealed class InputOutputColumnPair
{
    public InputOutputColumnPair(string outputColumnName, string inputColumnName = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        OutputColumnName = outputColumnName;
        InputColumnName = inputColumnName ?? outputColumnName;
    }

    public string OutputColumnName { get; }

    public string InputColumnName { get; }

    internal static (string Output, string Input)[] Pairs(InputOutputColumnPair[] columns) =>
        Array.ConvertAll(
            columns ?? throw new ArgumentNullException(nameof(columns)), pair => (pair.OutputColumnName, pair.InputColumnName));

    internal static (string Output, string Input)[] Pair(string output, string input) => Pairs([new(output, input)]);
}
