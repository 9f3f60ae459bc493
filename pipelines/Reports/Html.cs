using System.Text;
using System.Text.Encodings.Web;
using MlNetLlm.Pipelines.Store;

namespace MlNetLlm.Pipelines.Reports;

/// <summary>Writes HTML in which every text from a run is encoded.</summary>
internal sealed class Html
{
    // Rows from which on a table scrolls in a box of its own, under its header.
    private const int LongTable = 25;

    private readonly StringBuilder _text = new();

    /// <summary>Appends markup of our own, as it stands.</summary>
    public Html Raw(string markup)
    {
        _text.Append(markup);
        return this;
    }

    /// <summary>Appends a text that may hold anything.</summary>
    public Html Text(string? text)
    {
        _text.Append(HtmlEncoder.Default.Encode(RunTexts.Plain(text)));
        return this;
    }

    /// <summary>Appends an element with a text.</summary>
    public Html Element(string name, string? text, string attributes = "") =>
        Raw($"<{name}{(attributes.Length == 0 ? "" : " " + attributes)}>").Text(text).Raw($"</{name}>\n");

    /// <summary>Appends a table.</summary>
    /// <param name="caption">What it shows.</param>
    /// <param name="columns">Its columns; those whose names end in # hold numbers.</param>
    /// <param name="rows">Its cells.</param>
    public Html Table(string caption, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string?>> rows)
    {
        var all = rows.ToList();
        var shape = all.Count > LongTable ? "wide long" : "wide";
        Raw($"<div class=\"{shape}\" tabindex=\"0\" role=\"region\" aria-label=\"").Text(caption).Raw("\"><table>\n");
        Element("caption", caption);
        Raw("<thead><tr>");
        foreach (var column in columns)
            Element("th", column.TrimEnd('#'), column.EndsWith('#') ? "scope=\"col\" class=\"number\"" : "scope=\"col\"");
        Raw("</tr></thead>\n<tbody>\n");
        foreach (var row in all)
        {
            Raw("<tr>");
            for (var i = 0; i < row.Count; i++) Element("td", row[i], columns[i].EndsWith('#') ? "class=\"number\"" : "");
            Raw("</tr>\n");
        }
        return Raw("</tbody></table></div>\n");
    }

    public override string ToString() => _text.ToString();
}
