using System.Globalization;
using MlNetLlm.Checkpoints;
using MlNetLlm.LanguageModels;

namespace MlNetLlm.Adapters;

/// <summary>A module of a Hugging Face model that a LoRA update may sit on, and the matrices of ours that it holds, side by side.</summary>
internal sealed record PeftModule(string Name, string ShortName, IReadOnlyList<Projection> Matrices)
{
    internal long InputWidth => Matrices[0].InputWidth;

    internal long OutputWidth => Matrices.Sum(matrix => (long)matrix.OutputWidth);
}

/// <summary>The modules of one model under the names that its Hugging Face class gives them.</summary>
internal static class PeftModules
{
    /// <summary>Every module that may carry an update, layer by layer.</summary>
    /// <exception cref="ArgumentException">The family is unknown, is no causal model, or cannot express this model.</exception>
    internal static IReadOnlyList<PeftModule> Of(TransformerModel model)
    {
        var architecture = HuggingFaceArchitecture.Find(model.Config.Architecture)
            ?? throw new ArgumentException(
                $"PEFT has no names for this model: {HuggingFaceArchitecture.Unknown(model.Config.Architecture)}");
        if (!model.Config.Causal)
            throw new ArgumentException(
                $"A {model.Config.Architecture} model is no causal language model, the only kind exchanged with PEFT.");
        architecture.RequireExpressible(model.Config);
        var matrices = model.Projections.ToDictionary(projection => projection.Name);
        var holders = architecture.Weights.Where(names => names.Layout != WeightLayout.FourBlocks && names.Theirs.Contains("{0}")).ToList();
        var ends = holders.Select(names => Last(names.Theirs, 1)).ToList();
        return
        [
            .. from layer in Enumerable.Range(0, model.Config.Layers)
               from names in holders
               where names.Ours.All(ours => matrices.ContainsKey(At(ours, layer)))
               let shortName = Last(names.Theirs, ends.Count(end => end == Last(names.Theirs, 1)) > 1 ? 2 : 1)
               select new PeftModule(At(names.Theirs, layer), shortName, [.. names.Ours.Select(ours => matrices[At(ours, layer)])]),
        ];
    }

    private static string At(string pattern, int layer) => pattern.Replace("{0}", layer.ToString(CultureInfo.InvariantCulture));

    private static string Last(string name, int parts) => string.Join('.', name.Split('.')[^parts..]);
}
