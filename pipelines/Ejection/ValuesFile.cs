using System.Text;

namespace MlNetLlm.Pipelines.Ejection;

/// <summary>A source file with one static class of named values.</summary>
internal sealed class ValuesFile
{
    private readonly ObjectText _text = new();
    private readonly StringBuilder _members = new();

    /// <summary>Adds a value under a name.</summary>
    public void Add<T>(string name, string says, T value) => _members.Append(
        $$"""

            /// <summary>{{says}}</summary>
            public static {{_text.Type(typeof(T))}} {{name}} { get; } = {{_text.Value(value, depth: 1)}};

        """);

    /// <summary>The file.</summary>
    /// <param name="heading">What the values are, in a line.</param>
    public string Text(string heading) =>
        $$"""
        // {{heading}}
        // Options that are not named have their defaults.
        {{string.Concat(_text.Namespaces.Select(space => $"using {space};\n"))}}
        internal static class Values
        {{{_members.ToString().TrimEnd()}}
        }

        """.ReplaceLineEndings("\n");
}
