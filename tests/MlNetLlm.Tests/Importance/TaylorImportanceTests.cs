using Microsoft.ML;
using MlNetLlm.Communities;
using MlNetLlm.Importance;
using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.LanguageModels;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Importance;

/// <summary>Taylor scores against gradients taken another way: by finite differences, and example by example through all weights.</summary>
public sealed class TaylorImportanceTests
{
    private static readonly ImportanceOptions _options = new();

    private LanguageModel _model = null!;

    [OneTimeSetUp]
    public void MakeModel() => _model = Toy.Model();

    [OneTimeTearDown]
    public void FreeModel() => _model.Dispose();

    [TestCase("layers.0.attention.key")]
    [TestCase("layers.1.attention.output")]
    [TestCase("layers.1.mlp.gate")]
    public void FirstOrder_IsThatOfFiniteDifferences(string matrix)
    {
        var rows = ImportanceToys.Rows(1, sets: "one");
        using var exact = _model.Module.CopyWeights().to(ScalarType.Float64);
        var weight = exact.Projections.Single(p => p.Name == matrix).Weight;
        using var quiet = no_grad();
        var (sum, size) = (0.0, (int)weight.numel());
        foreach (var row in rows)
            for (var i = 0; i < size; i++)
                sum += Math.Abs(At(weight, i) * Slope(exact, weight, i, row));
        Assert.That(Score(_options, rows, matrix), Is.EqualTo(sum / size / rows.Count).Within(1e-4).Percent);
    }

    [Test]
    public void EveryForm_IsThatOfGradientsThroughTheWeights([Values] TaylorForm form, [Values] GradientSum sum, [Values] bool units)
    {
        var rows = ImportanceToys.Rows(5, sets: "one");
        var options = _options with
        {
            Form = form, Gradients = sum, Granularity = units ? ModuleGranularity.Units : ModuleGranularity.Matrices, BatchTokens = 20,
        };
        var fitted = Fit(options, rows);
        var gradients = rows.Select(Gradients).ToList();
        foreach (var (module, i) in fitted.Modules.Select((module, i) => (module, i)))
            Assert.That(
                fitted.Matrix.Values[0, i], Is.EqualTo(Expected(module, form, sum, gradients)).Within(0.02).Percent, module.Name);
    }

    [Test]
    public void PerExample_IsNeverBelowSummed_AndTheSameOnOneRow()
    {
        var rows = ImportanceToys.Rows(6, sets: "one");
        var (apart, together) = (Fit(_options, rows), Fit(_options with { Gradients = GradientSum.Summed }, rows));
        for (var m = 0; m < apart.Modules.Count; m++)
            Assert.That(apart.Matrix.Values[0, m], Is.GreaterThan(together.Matrix.Values[0, m] * 1.01), apart.Modules[m].Name);
        rows = [rows[0]];
        (apart, together) = (Fit(_options, rows), Fit(_options with { Gradients = GradientSum.Summed }, rows));
        for (var m = 0; m < apart.Modules.Count; m++)
            Assert.That(apart.Matrix.Values[0, m], Is.EqualTo(together.Matrix.Values[0, m]).Within(1e-3).Percent);
    }

    [Test]
    public void Units_ShareOutWhatMatricesHave()
    {
        var rows = ImportanceToys.Rows(4, sets: "one");
        var (matrices, units) = (Fit(_options, rows), Fit(_options with { Granularity = ModuleGranularity.Units }, rows));
        Assert.That(Total(units), Is.EqualTo(Total(matrices)).Within(1e-3).Percent);

        static double Total(ModuleImportanceTransformer fitted) =>
            fitted.Modules.Select((module, m) => fitted.Matrix.Values[0, m] * module.Parameters).Sum();
    }

    [Test]
    public void WholeRow_CountsEveryToken()
    {
        var rows = ImportanceToys.Rows(1, sets: "one");
        var scores = Fit(_options with { Loss = CalibrationLoss.WholeRow }, rows);
        using var module = _model.Module.CopyWeights();
        using var scope = NewDisposeScope();
        Loss(module, rows[0], whole: true).backward();
        var up = module.Projections.Single(p => p.Name == "layers.0.mlp.up").Weight;
        Assert.That(Score(scores, "layers.0.mlp.up"), Is.EqualTo((up * up.grad!).abs().mean().ToDouble()).Within(0.02).Percent);
    }

    private ModuleImportanceTransformer Fit(ImportanceOptions options, IEnumerable<ImportanceToys.Row> rows) =>
        new MLContext(1).LanguageModels().ModuleImportance(_model, options).Fit(ImportanceToys.View(rows));

    private double Score(ImportanceOptions options, IEnumerable<ImportanceToys.Row> rows, string module) =>
        Score(Fit(options, rows), module);

    private static double Score(ModuleImportanceTransformer fitted, string module) =>
        fitted.Matrix.Values[0, fitted.Matrix.Columns.ToList().IndexOf(module)];

    private double Slope(TransformerModel model, Tensor weight, int i, ImportanceToys.Row row)
    {
        const double step = 1e-5;
        var (rowIndex, column) = (i / weight.size(1), i % weight.size(1));
        var value = At(weight, i);
        var above = With(value + step);
        var below = With(value - step);
        With(value);
        return (above - below) / (2 * step);

        double With(double changed)
        {
            using var scope = NewDisposeScope();
            weight[rowIndex, column] = tensor(changed, ScalarType.Float64);
            return Loss(model, row).item<double>();
        }
    }

    private static double At(Tensor weight, int i) => weight[i / weight.size(1), i % weight.size(1)].item<double>();

    // -log p(answer | begin, prompt), or of every token after the first
    private Tensor Loss(TransformerModel model, ImportanceToys.Row row, bool whole = false)
    {
        long[] tokens = [_model.Special.Bos!.Value, .. _model.Tokenizer.EncodeToIds(row.Prompt + row.Answer).Select(id => (long)id)];
        var logits = model.forward(tensor(tokens[..^1], [1, tokens.Length - 1]))[0];                      // (time, vocabulary)
        var losses = nn.functional.cross_entropy(logits, tensor(tokens[1..]), reduction: nn.Reduction.None);
        return whole ? losses.sum() : losses[-1];
    }

    private Dictionary<string, double[]> Gradients(ImportanceToys.Row row)
    {
        using var module = _model.Module.CopyWeights();
        using var scope = NewDisposeScope();
        Loss(module, row).backward();
        return module.Projections.ToDictionary(p => p.Name, p => ToyModels.Values(p.Weight.grad!).Select(g => (double)g).ToArray());
    }

    private double Expected(ModelModule module, TaylorForm form, GradientSum sum, List<Dictionary<string, double[]>> gradients)
    {
        var (total, n) = (0.0, gradients.Count);
        foreach (var slice in module.Slices)
        {
            var projection = _model.Module.Projections.Single(p => p.Name == slice.Matrix);
            var (w, columns) = (ToyModels.Values(projection.Weight), projection.InputWidth);
            var all = gradients.Select(g => g[slice.Matrix]).ToList();
            double[] mean = [.. w.Select((_, i) => all.Average(g => g[i]))];
            double[] squares = [.. w.Select((_, i) => all.Average(g => g[i] * g[i]))];
            total += form switch
            {
                TaylorForm.Second => Sum(i => w[i] * w[i] * squares[i], byLine: false),
                TaylorForm.Mixed => Sum(i => w[i] * mean[i] - w[i] * w[i] * squares[i] / 2, byLine: false),
                _ when sum == GradientSum.Summed => Sum(i => w[i] * mean[i], form == TaylorForm.Vectorised),
                _ => all.Average(g => Sum(i => w[i] * g[i], form == TaylorForm.Vectorised)),
            };

            double Sum(Func<int, double> salience, bool byLine)
            {
                var lines = Enumerable.Range(slice.Start, slice.Length).Select(line => Enumerable.Range(0, slice.Across).Select(
                    across => salience(slice.Dimension == 0 ? line * columns + across : across * columns + line)));
                return lines.Sum(line => byLine ? Math.Abs(line.Sum()) : line.Sum(Math.Abs));
            }
        }
        return total / module.Parameters;
    }
}
