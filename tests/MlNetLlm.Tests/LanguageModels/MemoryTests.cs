using MlNetLlm.LanguageModels;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.LanguageModels;

public sealed class MemoryTests
{
    [TestCaseSource(typeof(ToyModels), nameof(ToyModels.All))]
    public void Forward_TwoHundredTimes_LeavesNoTensorBehind(TransformerConfig config) => RequireFlat(config, 200);

    [Category("Nightly")]
    [TestCaseSource(typeof(ToyModels), nameof(ToyModels.All))]
    public void Forward_TenThousandTimes_LeavesNoTensorAndNoMemoryBehind(TransformerConfig config)
    {
        RequireFlat(config, 1_000);
        var before = Environment.WorkingSet;

        RequireFlat(config, 10_000);

        Assert.That(Environment.WorkingSet - before, Is.LessThan(before / 20));
    }

    [Test]
    public void Generate_ManyTimes_LeavesNoTensorBehind()
    {
        using var model = ToyModels.Create(ToyModels.Llama);
        var options = new GenerateOptions { MaxTokens = 5 };
        TextGenerator.Generate(model, [[1, 2], [3]], options);
        var before = LiveTensors.OnThread;

        for (var i = 0; i < 50; i++)
            TextGenerator.Generate(model, [[1, 2], [3]], options);

        Assert.That(LiveTensors.OnThread, Is.AtMost(before));
    }

    private static void RequireFlat(TransformerConfig config, int steps)
    {
        using var model = ToyModels.Create(config);
        Step();
        var before = LiveTensors.OnThread;

        for (var i = 0; i < steps; i++)
            Step();

        Assert.That(LiveTensors.OnThread, Is.AtMost(before));

        void Step()
        {
            using var scope = NewDisposeScope();
            using var kept = new Activations("layers.0", "layers.1.attention.weights");
            var tokens = ToyModels.Tokens(2, 7);
            model.Head(model.Hidden(tokens, new ForwardOptions { Activations = kept, Lengths = tensor(new long[] { 7, 3 }) }));
        }
    }
}
