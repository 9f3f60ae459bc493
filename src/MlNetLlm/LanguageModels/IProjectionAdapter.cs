using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>A change of one weight matrix that leaves the matrix itself alone: SVF, LoRA.</summary>
public interface IProjectionAdapter : IDisposable
{
    /// <summary>What the adapter learns, by name.</summary>
    IEnumerable<(string Name, Parameter Parameter)> Parameters { get; }

    /// <summary>The adapted projection's output, bias included.</summary>
    /// <param name="projection">The projection that carries the adapter.</param>
    /// <param name="input">(…, in).</param>
    /// <returns>(…, out).</returns>
    Tensor Apply(Projection projection, Tensor input);

    /// <summary>The matrix that alone does what projection and adapter do together, as they are now.</summary>
    /// <param name="projection">The projection that carries the adapter.</param>
    /// <returns>(out, in), new, without a graph.</returns>
    Tensor Merge(Projection projection);
}
