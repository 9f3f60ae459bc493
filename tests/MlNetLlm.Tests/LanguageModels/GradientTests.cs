using MlNetLlm.LanguageModels;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.LanguageModels;

/// <summary>
/// Analytic gradients of every kind of model against finite differences in float64, in a random direction for each weight.
/// </summary>
public sealed class GradientTests
{
    [TestCaseSource(typeof(ToyModels), nameof(ToyModels.All))]
    public void Backward_OfAnyModel_AgreesWithFiniteDifferences(TransformerConfig config)
    {
        const double step = 1e-5, tolerance = 1e-6;   // central differences: error of order step² and 1e-16 / step
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(config).to(ScalarType.Float64);
        var (tokens, targets) = (ToyModels.Tokens(2, 5), ToyModels.Tokens(2, 5, seed: 6));
        using var random = new Generator(9);
        Loss().backward();

        foreach (var (name, parameter) in model.named_parameters())
        {
            using var inner = NewDisposeScope();
            var direction = randn(parameter.shape, ScalarType.Float64, generator: random);
            var analytic = (parameter.grad! * direction).sum().item<double>();

            var numeric = (At(step) - At(-step)) / (2 * step);

            Assert.That(numeric, Is.EqualTo(analytic).Within(tolerance * Math.Max(1, Math.Abs(analytic))), name);

            double At(double distance)
            {
                using var plain = no_grad();
                parameter.add_(direction * distance);
                var loss = Loss().item<double>();
                parameter.sub_(direction * distance);
                return loss;
            }
        }

        Tensor Loss() => nn.functional.cross_entropy(model.call(tokens).view(10, 11), targets.view(10));
    }
}
