using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>How often three tags follow each other: what a language's word order looks like to a tagger.</summary>
internal static class TagTrigrams
{
    /// <summary>Shares of the trigrams of a treebank's column Upos; sentences begin and end with an empty tag.</summary>
    public static IReadOnlyDictionary<string, double> Of(IDataView sentences)
    {
        using var cursor = sentences.GetRowCursor([sentences.Schema["Upos"]]);
        var getter = cursor.GetGetter<VBuffer<ReadOnlyMemory<char>>>(sentences.Schema["Upos"]);
        var (tags, counts) = (default(VBuffer<ReadOnlyMemory<char>>), new Dictionary<string, double>());
        while (cursor.MoveNext())
        {
            getter(ref tags);
            string[] padded = ["", .. tags.DenseValues().Select(tag => tag.ToString()), ""];
            for (var i = 2; i < padded.Length; i++)
            {
                var trigram = $"{padded[i - 2]} {padded[i - 1]} {padded[i]}";
                counts[trigram] = counts.GetValueOrDefault(trigram) + 1;
            }
        }
        var total = counts.Values.Sum();
        return counts.ToDictionary(item => item.Key, item => item.Value / total);
    }

    /// <summary>JS(p, q) = ½ KL(p, m) + ½ KL(q, m) with m = ½ (p + q), in bits (Lin 1991): 0 for equal shares, 1 for nothing common.</summary>
    public static double JensenShannon(IReadOnlyDictionary<string, double> p, IReadOnlyDictionary<string, double> q)
    {
        var sum = 0.0;
        foreach (var trigram in p.Keys.Union(q.Keys))
        {
            var (a, b) = (p.GetValueOrDefault(trigram), q.GetValueOrDefault(trigram));
            var m = (a + b) / 2;
            if (a > 0) sum += a * Math.Log2(a / m) / 2;
            if (b > 0) sum += b * Math.Log2(b / m) / 2;
        }
        return sum;
    }
}
