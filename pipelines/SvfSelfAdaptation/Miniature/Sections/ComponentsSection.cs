using MlNetLlm.LanguageModels;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;
using MlNetLlm.Svf;
using MlNetLlm.Training;
using static TorchSharp.torch;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature.Sections;

/// <summary>
/// E14: one band of singular components after the other is damped in all feed-forward matrices; what each task loses. Beside it the same
/// change of norm along random directions: W' = W - c (W R) Rᵀ with orthonormal columns R.
/// </summary>
internal sealed class ComponentsSection : ISection
{
    private sealed record Losses(IReadOnlyDictionary<string, double> ByTask);

    /// <inheritdoc/>
    public void Run(Lab lab, ArmTrainer trainer, Findings findings)
    {
        var options = lab.Options.Components;
        var whole = lab.Kept("components.base", () => Shares(lab, lab.Base()));
        var damped = new List<double[]>();
        for (var band = 0; band < options.Bands; band++)
        {
            var (b, lost) = (band, new Dictionary<string, double>());
            var share = lab.Kept($"components.band{b}", () => Shares(lab, () => Damped(lab, b)));
            foreach (var task in Arms.Tasks) lost[task] = whole.ByTask[task] - share.ByTask[task];
            foreach (var (task, loss) in lost) findings.Number($"band {band + 1} of {options.Bands} damped", "accuracy lost", loss, task);
            damped.Add([.. lost.Values]);
        }
        var random = new List<double[]>();
        for (var band = 0; band < options.Bands; band++)
        {
            var b = band;
            var share = lab.Kept($"components.random{b}", () => Shares(lab, () => RandomlyDamped(lab, b)));
            random.Add([.. Arms.Tasks.Select(task => whole.ByTask[task] - share.ByTask[task])]);
            for (var t = 0; t < Arms.Tasks.Count; t++)
                findings.Number($"random directions, norm of band {band + 1}", "accuracy lost", random[^1][t], Arms.Tasks[t]);
        }
        findings.Contrasts["bands-selective"] = new(
            "largest loss of a task minus its mean over tasks, singular bands minus random directions of the same norm",
            [[.. damped.Zip(random, (band, other) => Selectivity(band) - Selectivity(other))]]);
        findings.Contrasts["top-band-hurts"] = new(
            "accuracy lost, the band of the largest singular values minus the mean of the others, task by task",
            [[.. Enumerable.Range(0, Arms.Tasks.Count).Select(t => damped[0][t] - damped.Skip(1).Average(band => band[t]))]]);
    }

    private static double Selectivity(double[] losses) => losses.Max() - losses.Average();

    private static Losses Shares(Lab lab, Func<LanguageModel> make)
    {
        using var model = make();
        return Shares(lab, model);
    }

    private static Losses Shares(Lab lab, LanguageModel model) => new(Arms.Tasks.ToDictionary(task => task, task =>
        lab.Share(model, task, lab.Items(task, ItemSplit.Development, lab.Options.Components.Questions))));

    private static LanguageModel Damped(Lab lab, int band)
    {
        var vectors = Matrices(lab).ToDictionary(matrix => matrix.Name, matrix =>
        {
            var z = Enumerable.Repeat(1f, Rank(matrix)).ToArray();
            var (from, to) = Band(lab, Rank(matrix), band);
            Array.Fill(z, (float)lab.Options.Components.Factor, from, to - from);
            return z;
        });
        using var expert = SvfExpert.Create(lab.Base(), vectors, SvfVariant.Free);
        return expert.ApplyTo(lab.Base());
    }

    private static LanguageModel RandomlyDamped(Lab lab, int band)
    {
        var factor = lab.Options.Components.Factor;
        return Weights.With(lab.Base(), Matrices(lab).Select(matrix => matrix.Name), matrix =>
        {
            var (_, sigma, _) = SvfMath.Factor(matrix.Weight);
            var (from, to) = Band(lab, Rank(matrix), band);
            var removed = (1 - factor) * sigma.slice(0, from, to, 1).norm().item<float>();      // norm of what the band's damping takes
            var random = new RandomStream(lab.Seed(band, "directions"), matrix.Name);
            var numbers = Enumerable.Range(0, matrix.InputWidth * (to - from)).Select(_ => (float)random.NextNormal()).ToArray();
            var (directions, _) = linalg.qr(tensor(numbers).reshape(matrix.InputWidth, to - from));
            var part = matrix.Weight.matmul(directions).matmul(directions.t());                 // (out, in)
            return matrix.Weight - part * (removed / part.norm().item<float>());
        });
    }

    private static IEnumerable<Projection> Matrices(Lab lab) =>
        lab.Base().Module.Projections.Where(p => p.Kind is ProjectionKind.Gate or ProjectionKind.Up or ProjectionKind.Down);

    private static int Rank(Projection matrix) => Math.Min(matrix.InputWidth, matrix.OutputWidth);

    private static (int From, int To) Band(Lab lab, int rank, int band) =>
        (rank * band / lab.Options.Components.Bands, rank * (band + 1) / lab.Options.Components.Bands);
}
