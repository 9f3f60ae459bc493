using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>Makes an element of every token's hidden state before one of a model's blocks.</summary>
internal abstract class InsertedBlock(string name) : nn.Module(name)
{
    /// <summary>Name of the element among a model's activations.</summary>
    internal const string ActivationName = "insertion";

    /// <param name="hidden">h, (batch, time, d).</param>
    /// <param name="pass">Who watches, and what the block learns or is held at.</param>
    /// <returns>The element, (batch, time, d), or null where nothing is inserted.</returns>
    internal abstract Tensor? Forward(Tensor hidden, ForwardPass pass);
}
