using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.CommunityTuning;

/// <summary>What fine-tuning a set of modules did to the weights.</summary>
public sealed record TunedModules
{
    /// <summary>The modules that trained, in the model's order.</summary>
    public required IReadOnlyList<string> Modules { get; init; }

    /// <summary>The change of every module of the model; exactly 0 for those that were frozen.</summary>
    public required IReadOnlyList<WeightChange> Changes { get; init; }

    /// <summary>‖Δθ‖ over all parameters of the model, embedding, norms and biases included.</summary>
    public required double TotalChange { get; init; }

    /// <summary>Number of parameters that trained.</summary>
    public required long Parameters { get; init; }

    /// <summary>Mean of ‖ΔW‖ / ‖W‖ over the modules that trained; 0 where none did.</summary>
    public double MeanRelativeChange => Modules.Count == 0 ? 0 : Trained.Average(change => change.RelativeNorm);

    /// <summary>Mean |Δw| over the modules that trained, each module with the same weight; 0 where none did.</summary>
    public double MeanAbsoluteChange => Modules.Count == 0 ? 0 : Trained.Average(change => change.MeanAbsolute);

    private IEnumerable<WeightChange> Trained => Changes.Where(change => change.Trained);

    /// <summary>Compares two models of one shape.</summary>
    internal static TunedModules Between(
        TransformerModel before, TransformerModel after, IReadOnlyList<ModelModule> all, IReadOnlyList<string> chosen, long parameters)
    {
        using var quiet = no_grad();
        var (old, now) = (Weights(before), Weights(after));
        var total = old.Keys.Sum(name => Moments(old[name], now[name]).Change);
        return new TunedModules
        {
            Modules = chosen,
            Changes = [.. all.Select(module => Change(module, chosen.Contains(module.Name), old, now))],
            TotalChange = Math.Sqrt(total),
            Parameters = parameters,
        };
    }

    private static Dictionary<string, Tensor> Weights(TransformerModel model) =>
        model.named_parameters().ToDictionary(item => item.name, item => (Tensor)item.parameter);

    private static WeightChange Change(
        ModelModule module, bool trained, Dictionary<string, Tensor> old, Dictionary<string, Tensor> now)
    {
        using var scope = NewDisposeScope();
        var sums = module.Slices
            .Select(slice => Moments(Part(old[$"{slice.Matrix}.weight"], slice), Part(now[$"{slice.Matrix}.weight"], slice)))
            .Aggregate((a, b) => (a.Change + b.Change, a.Absolute + b.Absolute, a.Before + b.Before, a.After + b.After, a.Dot + b.Dot));
        var norms = Math.Sqrt(sums.Before * sums.After);
        return new WeightChange(
            module.Name, trained, Math.Sqrt(sums.Change), sums.Before > 0 ? Math.Sqrt(sums.Change / sums.Before) : 0,
            sums.Absolute / module.Parameters, norms > 0 ? sums.Dot / norms : 1);
    }

    private static Tensor Part(Tensor weight, WeightSlice slice) => weight.detach().narrow(slice.Dimension, slice.Start, slice.Length);

    // ‖ΔW‖², Σ|Δw|, ‖W‖², ‖W + ΔW‖², ⟨W, W + ΔW⟩, summed in double
    private static (double Change, double Absolute, double Before, double After, double Dot) Moments(Tensor before, Tensor after)
    {
        using var scope = NewDisposeScope();
        var (w, v) = (before.detach().cpu().to(float64), after.detach().cpu().to(float64));
        var change = v - w;
        return (change.square().sum().ToDouble(), change.abs().sum().ToDouble(), w.square().sum().ToDouble(), v.square().sum().ToDouble(),
            (w * v).sum().ToDouble());
    }
}
