using TorchSharp.Modules;

namespace MlNetLlm.EmbeddingReset;

/// <summary>A model's parameters in two parts.</summary>
/// <param name="Chosen">What is reset, or learnt.</param>
/// <param name="Others">The rest.</param>
internal sealed record ResetParts(
    IReadOnlyList<(string Name, Parameter Parameter)> Chosen, IReadOnlyList<(string Name, Parameter Parameter)> Others);
