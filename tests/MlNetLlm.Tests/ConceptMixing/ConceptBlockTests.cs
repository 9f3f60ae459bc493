using MlNetLlm.ConceptMixing;
using MlNetLlm.LanguageModels;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MlNetLlm.Tests.ConceptMixing;

/// <summary>The concept block's formulas and gradients (section 3 of the paper).</summary>
public sealed class ConceptBlockTests
{
    private const int Width = 6, Concepts = 20, K = 4, Batch = 2, Time = 5;

    // Two labels a position, one, or none.
    private static readonly int[] _labels = [.. Enumerable.Range(0, Batch * Time).SelectMany(i => i % 4 == 0 ? [-1, -1]
        : i % 4 == 1 ? new[] { i % Concepts, -1 } : [i % Concepts, (i + 7) % Concepts])];

    [Test]
    public void Forward_AgreesWithTheFormulaInOperators_AndSoDoItsGradients()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var block = Block(generator);
        var upper = randn([Batch, Time, Width], generator: generator);
        var start = randn([Batch, Time, Width], generator: generator);
        var (concept, loss, gradients) = Run(h => block.Forward(h, _labels));
        var expected = Run(h => Formula(block, h));
        Assert.That(Largest(concept, expected.Concept), Is.LessThan(1e-5));
        Assert.That(loss, Is.EqualTo(expected.Loss).Within(1e-4));
        foreach (var ((name, gradient), other) in gradients.Zip(expected.Gradients))
            Assert.That(Largest(gradient, other.Gradient), Is.LessThan(2e-5 * (1 + Size(other.Gradient))), name);

        (Tensor Concept, double Loss, List<(string Name, Tensor Gradient)> Gradients) Run(Func<Tensor, (Tensor?, Tensor)> forward)
        {
            block.zero_grad();
            var h = start.clone().requires_grad_(true);
            var (c, l) = forward(h);
            ((c! * upper).sum() + l * 0.7).backward();
            return (c!.detach(), l.ToDouble(),
                [("h", h.grad!.clone()), .. block.named_parameters().Select(item => (item.name, item.parameter.grad!.clone()))]);
        }
    }

    /// <summary>What other devices than the CPU compute with.</summary>
    [Test]
    public void Operators_GiveWhatTheFusedPassGives_AndItsGradients()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        var upper = randn([Batch * Time, K], generator: generator);
        Tensor[] start =
        [
            randn([Batch * Time, Width], generator: generator), randn([Concepts, Width], generator: generator),
            randn([Concepts], generator: generator),
        ];
        var (fused, operators) = (Pass(ConceptLoss.Of), Pass(ConceptLoss.Operators));
        Assert.That(operators.Places, Is.EqualTo(fused.Places));
        Assert.That(operators.Loss, Is.EqualTo(fused.Loss).Within(1e-4));
        foreach (var (a, b) in operators.Tensors.Zip(fused.Tensors)) Assert.That(Largest(a, b), Is.LessThan(2e-5 * (1 + Size(b))));

        (long[] Places, double Loss, Tensor[] Tensors) Pass(
            Func<Tensor, Tensor, Tensor, int[]?, int, (Tensor Values, Tensor Places, Tensor Loss)> of)
        {
            var inputs = start.Select(tensor => tensor.clone().requires_grad_(true)).ToArray();
            var (values, places, loss) = of(inputs[0], inputs[1], inputs[2], _labels, K);
            ((values * upper).sum() + loss * 0.7).backward();
            return (places.data<long>().ToArray(), loss.ToDouble(), [values.detach(), .. inputs.Select(input => input.grad!)]);
        }
    }

    /// <summary>Moving h moves both losses by what the gradient says.</summary>
    [Test]
    public void Gradient_OfTheHiddenState_IsThatOfFiniteDifferences()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var block = Block(generator);
        var (upper, start) = (randn([Batch, Time, Width], generator: generator), randn([Batch, Time, Width], generator: generator));
        var direction = randn([Batch, Time, Width], generator: generator);
        var h = start.clone().requires_grad_(true);
        Total(h).backward();
        const double step = 1e-3;
        using var quiet = no_grad();
        var slope = (Total(start + direction * step).ToDouble() - Total(start - direction * step).ToDouble()) / (2 * step);
        var expected = (h.grad! * direction).sum().ToDouble();
        Assert.That(slope, Is.EqualTo(expected).Within(0.02 * Math.Abs(expected) + 0.05));

        Tensor Total(Tensor hidden)
        {
            var (concept, loss) = block.Forward(hidden, _labels);
            return (concept! * upper).sum() + loss;
        }
    }

    [Test]
    public void Forward_WithEmptyColumns_InsertsTheMean()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var block = New(generator);
        using var quiet = no_grad();
        block.Columns!.zero_();
        var h = randn([Batch, Time, Width], generator: generator);
        var (concept, loss) = block.Forward(h, null);
        Assert.That(Largest(concept!, h.mean([2], keepdim: true).expand(Batch, Time, Width)), Is.LessThan(1e-6));
        Assert.That(loss.ToDouble(), Is.Zero);
    }

    /// <summary>The loss of K_a labels is at least ln K_a, and near ln C at the start.</summary>
    [Test]
    public void Loss_LiesAboveTheEntropyOfItsLabels()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var block = New(generator);
        var labels = Enumerable.Range(0, Batch * Time).SelectMany(i => new[] { i % Concepts, (i + 3) % Concepts }).ToArray();
        var loss = block.Forward(randn([Batch, Time, Width], generator: generator), labels).Loss.ToDouble() / (Batch * Time);
        Assert.That(loss, Is.EqualTo(Math.Log(Concepts)).Within(0.1).And.GreaterThan(Math.Log(2)));
        Assert.That(ConceptLoss.Labelled(_labels, 2), Is.EqualTo(7));
    }

    [Test]
    public void Interleave_PutsEachConceptBehindItsToken_AndTakesThemApartAgain()
    {
        using var scope = NewDisposeScope();
        var h = tensor(new float[] { 1, 2, 3, 4 }, [1, 2, 2]);
        var c = tensor(new float[] { 5, 6, 7, 8 }, [1, 2, 2]);
        var both = Interleaving.Interleave(h, c);
        Assert.That(both.data<float>().ToArray(), Is.EqualTo(new float[] { 1, 2, 5, 6, 3, 4, 7, 8 }));
        Assert.That(Largest(Interleaving.TokenSlots(both), h), Is.Zero);
        Assert.That(Largest(Interleaving.InsertedSlots(both), c), Is.Zero);
    }

    // z = W_p x + b_p whole, and the rest as it stands in the paper and the code.
    private static (Tensor?, Tensor) Formula(ConceptBlock block, Tensor hidden)
    {
        var h = hidden.reshape(-1, Width);
        var (mean, s) = (h.mean([1], keepdim: true), h.std(1, unbiased: true, keepdim: true));
        var x = (h - mean) / (s + ConceptBlock.Epsilon) - block.Shift;
        var z = functional.linear(x, block.Head, block.HeadBias);
        var (values, places) = z.topk(K, 1);
        var y = block.ColumnBias! + block.Shift + zeros_like(z).scatter(1, places, values).matmul(block.Columns!);
        var loss = zeros(1);
        for (var row = 0; row < h.size(0); row++)
        {
            long[] own = [.. _labels.Skip(2 * (int)row).Take(2).Where(label => label >= 0).Select(label => (long)label)];
            if (own.Length > 0) loss = loss + z[row].logsumexp(0) - z[row].index_select(0, tensor(own)).mean();
        }
        return ((s * y + mean).view(hidden.shape), loss.sum());
    }

    private static ConceptBlock Block(Generator generator)
    {
        var block = New(generator);
        using var quiet = no_grad();
        foreach (var parameter in block.parameters()) parameter.add_(randn(parameter.shape, generator: generator) * 0.3);
        return block;
    }

    private static ConceptBlock New(Generator generator) => new(WeightSources.Seeded(generator, 1), "insertion", Width, Concepts, K);

    private static double Largest(Tensor a, Tensor b) => (a - b).abs().max().ToDouble();

    private static double Size(Tensor a) => a.abs().max().ToDouble();
}
