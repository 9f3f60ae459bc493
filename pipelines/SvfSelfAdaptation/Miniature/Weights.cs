using MlNetLlm.LanguageModels;
using static TorchSharp.torch;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>Models made of the weights of others.</summary>
internal static class Weights
{
    /// <summary>A base model with other matrices in the places named; all else is shared with it.</summary>
    /// <param name="baseModel">The base.</param>
    /// <param name="matrices">Names of the projections to replace.</param>
    /// <param name="make">A projection's new matrix (out, in).</param>
    public static LanguageModel With(LanguageModel baseModel, IEnumerable<string> matrices, Func<Projection, Tensor> make)
    {
        using var noGrad = no_grad();
        var named = matrices.ToHashSet(StringComparer.Ordinal);
        var replaced = baseModel.Module.Projections.Where(projection => named.Contains(projection.Name))
            .ToDictionary(projection => projection.Name, Made);
        return baseModel.WithModule(baseModel.Module.ShareWeights(replaced));

        Tensor Made(Projection projection)
        {
            using var scope = NewDisposeScope();
            return make(projection).MoveToOuterDisposeScope();
        }
    }

    /// <summary>The mean of two models' matrices; what the two share stays as it is.</summary>
    public static LanguageModel Mean(LanguageModel baseModel, LanguageModel first, LanguageModel second, IEnumerable<string> matrices)
    {
        var (a, b) = (ByName(first), ByName(second));
        return With(baseModel, matrices, projection => (a[projection.Name].Weight + b[projection.Name].Weight) / 2);
    }

    private static Dictionary<string, Projection> ByName(LanguageModel model) =>
        model.Module.Projections.ToDictionary(projection => projection.Name);
}
