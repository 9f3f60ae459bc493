using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MlNetLlm.Probes;

/// <summary>
/// A probe's weights and formula: <c>h₀ = x, hₗ = norm(relu(Wₗ hₗ₋₁ + bₗ)), logits = W h + b</c>. A linear probe has no hidden layer.
/// Several linear probes may stand side by side in one matrix.
/// </summary>
/// <param name="layers">The layers, the output last.</param>
internal sealed class ProbeNetwork(IReadOnlyList<ProbeLayer> layers) : IDisposable
{
    /// <summary>The layers, the output last.</summary>
    public IReadOnlyList<ProbeLayer> Layers { get; } = layers;

    /// <summary>
    /// Draws a new probe: weights and biases uniform within ±1/√inputs, as torch's linear layers have them; gains 1, shifts 0.
    /// </summary>
    /// <param name="sizes">Features, hidden units, classes.</param>
    /// <param name="normalization">What follows the ReLU.</param>
    /// <param name="random">Draws them.</param>
    public static ProbeNetwork Draw(IReadOnlyList<int> sizes, ProbeNormalization normalization, RandomStream random) =>
        new([.. Enumerable.Range(1, sizes.Count - 1).Select(i => ProbeLayer.Draw(
            sizes[i - 1], sizes[i], i == sizes.Count - 1 ? ProbeNormalization.None : normalization, random))]);

    /// <summary>The logits.</summary>
    /// <param name="x">(rows, features).</param>
    /// <param name="training">Whether batch normalisation takes the rows' own statistics and learns them.</param>
    /// <returns>(rows, classes).</returns>
    public Tensor Logits(Tensor x, bool training)
    {
        foreach (var layer in Layers.SkipLast(1))
            x = layer.Normalise(functional.relu(functional.linear(x, layer.Weight, layer.Bias)), training);
        return functional.linear(x, Layers[^1].Weight, Layers[^1].Bias);
    }

    /// <summary>A copy on the CPU, with the output's rows from a place on.</summary>
    public ProbeNetwork Copy(long firstClass, long classes)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        return new([.. Layers.Select((layer, i) => i < Layers.Count - 1
            ? layer.Map(Own) : layer.Map(tensor => Own(tensor.narrow(0, firstClass, classes))))]);

        static Tensor Own(Tensor tensor) => tensor.detach().cpu().clone().DetachFromDisposeScope();
    }

    /// <summary>All tensors by name.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Tensors() =>
        Layers.SelectMany((layer, i) => layer.Tensors().Select(item => ($"layer{i}.{item.Name}", item.Tensor)));

    public void Dispose()
    {
        foreach (var (_, tensor) in Tensors()) tensor.Dispose();
    }
}
