using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>Takes named activations while the model computes them. What no one wants is not handed out and costs nothing.</summary>
public interface IActivationSink
{
    /// <summary>Whether the activation of this name is wanted.</summary>
    /// <param name="name">One of <see cref="TransformerModel.ActivationNames"/>.</param>
    bool Wants(string name);

    /// <summary>
    /// Takes one activation. The tensor dies with the pass: keep <c>value.alias().DetachFromDisposeScope()</c>, or a copy.
    /// </summary>
    /// <param name="name">The activation's name.</param>
    /// <param name="value">Its value, as the model goes on with it.</param>
    void Receive(string name, Tensor value);
}
