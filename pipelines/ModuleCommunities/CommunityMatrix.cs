using System.Globalization;
using System.Text;
using MlNetLlm.Persistence;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>
/// A picture of a modules network: similarities between modules, ordered by community, with a frame round every community. The corrected
/// network stands left, a draw of the published one right.
/// </summary>
internal sealed class CommunityMatrix
{
    private const int Side = 380, Margin = 20, Top = 64;

    private readonly StringBuilder _svg = new();

    private CommunityMatrix()
    {
    }

    /// <summary>Draws a model's networks.</summary>
    public static CommunityMatrix Of(Studied model)
    {
        var picture = new CommunityMatrix();
        picture._svg.Append(CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{2 * Side + 3 * Margin}\" height=\"{Side + Top + Margin}\" ")
            .Append("font-family=\"sans-serif\" font-size=\"13\"><rect width=\"100%\" height=\"100%\" fill=\"white\"/>")
            .Append(CultureInfo.InvariantCulture, $"<text x=\"{Margin}\" y=\"24\" font-size=\"15\">")
            .Append(CultureInfo.InvariantCulture, $"Module communities of {model.Subject.Name}</text>");
        picture.Panel(0, "corrected: correlations of residual profiles", CommunityCharts.Similarities(model),
            model.Network.Corrected.Communities);
        if (model.Network.Published.Draws is [var draw, ..])
            picture.Panel(1, "published: communities of one sparsifier draw", Together(draw), draw.Communities);
        picture._svg.Append("</svg>\n");
        return picture;
    }

    /// <summary>Writes the picture.</summary>
    /// <param name="path">The .svg file.</param>
    public void Save(string path) => AtomicFile.WriteAllText(FileSystems.Default, path, _svg.ToString());

    // How often two modules stand in one community is all that is kept of a draw.
    private static double[,] Together(PublishedDraw draw)
    {
        var n = draw.Communities.Count;
        var same = new double[n, n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++)
                same[i, j] = draw.Communities[i] == draw.Communities[j] ? 1 : 0;
        return same;
    }

    private void Panel(int column, string title, double[,] values, IReadOnlyList<int> communities)
    {
        var order = CommunityCharts.Order(communities);
        var (left, cell) = (Margin + column * (Side + Margin), (double)Side / order.Length);
        var most = values.Cast<double>().DefaultIfEmpty(1).Max();
        _svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{left}\" y=\"{Top - 14}\" font-size=\"11\">{title}</text>");
        for (var i = 0; i < order.Length; i++)
        {
            for (var j = 0; j < order.Length; j++)
            {
                var shade = i == j || most <= 0 ? 0 : values[order[i], order[j]] / most;
                if (shade <= 0.01) continue;
                Square(left + j * cell, Top + i * cell, cell, $"fill=\"rgb(0,114,178)\" fill-opacity=\"{Number(shade)}\"");
            }
        }
        var at = 0;
        foreach (var community in order.GroupBy(node => communities[node]))
        {
            var size = community.Count();
            Square(left + at * cell, Top + at * cell, size * cell, "fill=\"none\" stroke=\"rgb(213,94,0)\" stroke-width=\"1.5\"");
            at += size;
        }
        Square(left, Top, Side, "fill=\"none\" stroke=\"rgb(90,90,90)\" stroke-width=\"0.6\"");
    }

    private void Square(double x, double y, double side, string style) =>
        _svg.Append($"<rect x=\"{Number(x)}\" y=\"{Number(y)}\" width=\"{Number(side)}\" height=\"{Number(side)}\" {style}/>");

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
