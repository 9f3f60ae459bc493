using System.Text;

namespace MlNetLlm.Data.Benchmarks;

/// <summary>Fills a text with <c>{name}</c> placeholders. What is put in is not searched for placeholders again.</summary>
internal static class PromptTemplate
{
    public static string Fill(string template, Func<string, string> value)
    {
        var text = new StringBuilder();
        var rest = template.AsSpan();
        for (int open; (open = rest.IndexOf('{')) >= 0;)
        {
            var length = rest[open..].IndexOf('}');
            if (length < 0)
                throw new ArgumentException($"Template '{template}' has a '{{' without its '}}'.", nameof(template));
            text.Append(rest[..open]).Append(value(rest[(open + 1)..(open + length)].ToString()));
            rest = rest[(open + length + 1)..];
        }
        return text.Append(rest).ToString();
    }
}
