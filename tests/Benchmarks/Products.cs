using static TorchSharp.torch;

namespace MlNetLlm.Benchmarks;

/// <summary>The matrix products of a training step and nothing else: what no faster arithmetic around them can save.</summary>
internal static class Products
{
    public static void Run(Turns turns)
    {
        var (c, rows, heads) = (Inputs.Config, Inputs.Batch * Inputs.Time, Inputs.Batch * Inputs.Config.Heads);
        (int Out, int In)[] layer =
            [(3 * c.Width, c.Width), (c.Width, c.Width), (c.FeedForwardWidth, c.Width), (c.Width, c.FeedForwardWidth)];
        var linear = Enumerable.Repeat(layer, c.Layers).SelectMany(shapes => shapes).Append((Out: c.VocabularySize, In: c.Width))
            .Select(s => (W: randn(s.Out, s.In), X: randn(rows, s.In), G: randn(rows, s.Out))).ToList();
        var (q, w) = (randn(heads, Inputs.Time, c.HeadWidth), randn(heads, Inputs.Time, Inputs.Time));
        using var plain = no_grad();
        while (turns.Next())
        {
            using var scope = NewDisposeScope();
            foreach (var (weight, x, gradient) in linear)
            {
                x.mm(weight.t()).Dispose();             // forward
                gradient.mm(weight).Dispose();          // gradient of the input
                gradient.t().mm(x).Dispose();           // gradient of the weight
            }
            for (var i = 0; i < c.Layers; i++)
            {
                q.bmm(q.transpose(1, 2)).Dispose();     // scores, and the gradient of the weights
                q.bmm(q.transpose(1, 2)).Dispose();
                w.bmm(q).Dispose();                     // mixture, and the gradient of queries
                w.bmm(q).Dispose();
                w.transpose(1, 2).bmm(q).Dispose();     // gradients of keys and values
                w.transpose(1, 2).bmm(q).Dispose();
            }
        }
    }
}
