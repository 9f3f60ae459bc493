using MlNetLlm.Checkpoints;
using MlNetLlm.LanguageModels;
using MlNetLlm.Lora;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Svf;
using static TorchSharp.torch;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature.Sections;

/// <summary>
/// E8: the path between two experts, and the average of two seeds of one task: of SVF vectors, of LoRA's factors A and B, and of LoRA's
/// products.
/// </summary>
internal sealed class CompositionSection : ISection
{
    private const string Task = Arms.First;
    private static readonly double[] _path = [0, 0.25, 0.5, 0.75, 1];

    /// <inheritdoc/>
    public void Run(Lab lab, ArmTrainer trainer, Findings findings)
    {
        Path(lab, trainer, findings);
        var pairs = lab.Seeds.Select(seed => (First: seed, Second: seed % lab.Seeds.Count + 1)).ToList();
        var svf = Right("svf", AverageSvf);
        var factors = Right("lora-factors", AverageFactors);
        var products = Right("lora-products", AverageProducts);
        findings.Accuracy("average of two seeds, SVF", Task, svf);
        findings.Accuracy("average of two seeds, LoRA factors", Task, factors);
        findings.Accuracy("average of two seeds, LoRA products", Task, products);

        var parents = pairs.Select(pair => Parents(pair.First).Zip(Parents(pair.Second), (a, b) => (a + b) / 2).ToArray()).ToList();
        findings.Contrasts["svf-average-keeps"] = new(
            $"right test answers of {Task}, average of two seeds' SVF vectors minus the mean of the two",
            [.. svf.Zip(parents, (average, mean) => average.Zip(mean, (a, m) => a - '0' - m).ToArray())]);
        findings.Contrasts["products-over-factors"] = Contrast.Of(
            $"right test answers of {Task}, average of two seeds' LoRA products minus of their factors", products, factors);

        List<string> Right(string name, Func<Lab, ArmTrainer, (int First, int Second), LanguageModel> average) => [.. pairs.Select(pair =>
            lab.Test($"average.{name}.{pair.First}-{pair.Second}", Task, () => average(lab, trainer, pair)))];

        double[] Parents(int seed) => [.. trainer.Test(Arms.Svf(lab, trainer, Task, seed), Task).Select(c => (double)(c - '0'))];
    }

    private static void Path(Lab lab, ArmTrainer trainer, Findings findings)
    {
        var (first, second) = (Arms.Experts[0], Arms.Experts[1]);
        using var library = new Lazily<SvfExpertLibrary>(() => new ExpertLibraries(lab, trainer).Open(1));
        foreach (var task in new[] { first.Task, second.Task })
        {
            var points = new List<(double X, double Y)>();
            foreach (var alpha in _path)
            {
                var right = lab.Test(FormattableString.Invariant($"path.{alpha:R}"), task,
                    () => library.Value.Compose(SvfMix.Path(first.Label, second.Label, alpha)));
                findings.Accuracy(FormattableString.Invariant($"{alpha:R} {first.Label} + {1 - alpha:R} {second.Label}"), task, [right]);
                points.Add((alpha, right.Count(c => c == '1') / (double)right.Length));
            }
            if (!findings.Curves.TryGetValue("path", out var lines)) findings.Curves["path"] = lines = [];
            lines.Add(new ChartLine(task, points));
        }
    }

    private static LanguageModel AverageSvf(Lab lab, ArmTrainer trainer, (int First, int Second) pair)
    {
        using var library = new SvfExpertLibrary(
            lab.Base(), ("first", Expert(pair.First)), ("second", Expert(pair.Second)));
        return library.Compose(SvfMix.Uniform("first", "second"));

        SvfExpert Expert(int seed) => trainer.Expert(Arms.Svf(lab, trainer, Task, seed));
    }

    private static LanguageModel AverageProducts(Lab lab, ArmTrainer trainer, (int First, int Second) pair)
    {
        var specs = new[] { pair.First, pair.Second }.Select(seed => Arms.Lora(lab, trainer, Task, seed)).ToList();
        using var adapter = trainer.Adapter(specs[0]);
        using var first = trainer.Model(specs[0]);
        using var second = trainer.Model(specs[1]);
        return Weights.Mean(lab.Base(), first, second, adapter.Matrices);
    }

    // W + (α / r) · mean(B) · mean(A): what a user gets who averages two adapter files.
    private static LanguageModel AverageFactors(Lab lab, ArmTrainer trainer, (int First, int Second) pair)
    {
        var specs = new[] { pair.First, pair.Second }.Select(seed => Arms.Lora(lab, trainer, Task, seed)).ToList();
        using var adapter = (LoraAdapter)trainer.Adapter(specs[0]);
        _ = trainer.Train(specs[1]);
        var files = specs.Select(spec => Safetensors.Read(System.IO.Path.Combine(lab.Folder(spec.Name), "adapter.safetensors"))).ToList();
        var scale = adapter.Alpha / adapter.Rank;
        try
        {
            return Weights.With(lab.Base(), adapter.Matrices, projection =>
                projection.Weight + scale * Mean($"{projection.Name}.lora_b").matmul(Mean($"{projection.Name}.lora_a")));
        }
        finally
        {
            foreach (var tensor in files.SelectMany(file => file.Values)) tensor.Dispose();
        }

        Tensor Mean(string name) => (files[0][name] + files[1][name]) / 2;
    }
}
