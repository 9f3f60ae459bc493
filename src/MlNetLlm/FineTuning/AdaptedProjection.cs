using MlNetLlm.LanguageModels;
using TorchSharp.Modules;

namespace MlNetLlm.FineTuning;

/// <summary>A matrix of the module in training, and the adapter that stands on it.</summary>
internal sealed record AdaptedProjection<TAdapter>(Projection Target, TAdapter Adapter)
    where TAdapter : IProjectionAdapter
{
    /// <summary>What the adapter learns, under names that are unique in the model.</summary>
    public IEnumerable<(string Name, Parameter Parameter)> Parameters =>
        Adapter.Parameters.Select(item => ($"{Target.Name}.{item.Name}", item.Parameter));
}
