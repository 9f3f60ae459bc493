using MlNetLlm.Adapters;
using MlNetLlm.LanguageModels;
using MlNetLlm.Svf;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Svf;

/// <summary>Random experts that change a toy model much.</summary>
internal static class ExpertToys
{
    public static SvfExpert Expert(
        LanguageModel model, int seed, SvfVariant variant = SvfVariant.Bounded, ModuleSet modules = ModuleSet.Mlp, string layers = "all")
    {
        var random = new RandomStream(seed, "expert");
        var vectors = AdapterTargets.Select(model.Module, modules, layers).ToDictionary(
            matrix => matrix.Name, matrix => Vector(Math.Min(matrix.InputWidth, matrix.OutputWidth)));
        return SvfExpert.Create(model, vectors, variant);

        float[] Vector(int rank) => [.. Enumerable.Range(0, rank).Select(_ => (float)Draw())];

        double Draw() => variant == SvfVariant.Bounded ? 3 * random.NextNormal() : 1 + random.NextNormal();
    }

    /// <summary>Experts a, b and c.</summary>
    public static SvfExpertLibrary Library(LanguageModel model, SvfVariant variant = SvfVariant.Bounded) =>
        new(model, ("a", Expert(model, 1, variant)), ("b", Expert(model, 2, variant)), ("c", Expert(model, 3, variant)));

    /// <summary>An expert on another decomposition of the same matrices: its components stand in reverse order.</summary>
    public static SvfExpert Reversed(LanguageModel model, int seed, SvfVariant variant = SvfVariant.Bounded)
    {
        using var expert = Expert(model, seed, variant);
        return new SvfExpert(model.Fingerprint, variant, expert.MaxMultiplier, expert.Matrices.Select(matrix =>
        {
            var (u, sigma, vt) = expert.Factors(matrix);
            return (matrix, expert.Trained(matrix).clone(), new SvfFactors(u.flip(1), sigma.flip(0), vt.flip(0)));
        }));
    }

    public static float[] Logits(LanguageModel model)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        return LanguageModels.ToyModels.Values(model.Module.call(LanguageModels.ToyModels.Tokens(2, 9)));
    }

    public static float Largest(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();
}
