using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.Training;

/// <summary>Keeps the weights of the best validation: in the checkpoint folder where there is one, else in memory.</summary>
internal sealed class BestWeights(CheckpointFolder? folder, IReadOnlyList<(string Name, Parameter Parameter)> parameters) : IDisposable
{
    private List<Tensor> _copies = [];

    /// <summary>Keeps the weights as they are, those of a step.</summary>
    public void Keep(int step)
    {
        if (folder is not null)
        {
            folder.SaveBest(step);
            return;
        }
        Dispose();
        using var scope = NewDisposeScope();
        _copies = [.. parameters.Select(item => item.Parameter.detach().clone().DetachFromDisposeScope())];
    }

    /// <summary>Puts the kept weights back, those of a step.</summary>
    public void Restore(int step)
    {
        if (folder is not null)
        {
            folder.RestoreBest(step);
            return;
        }
        using var quiet = no_grad();
        foreach (var (item, copy) in parameters.Zip(_copies))
            item.Parameter.copy_(copy);
    }

    public void Dispose() => _copies.ForEach(copy => copy.Dispose());
}
