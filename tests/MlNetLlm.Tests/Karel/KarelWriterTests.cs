using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.Karel;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pretraining;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Karel;

public sealed class KarelWriterTests
{
    private static readonly KarelReading[] _readings = [KarelModels.Grid, KarelReading.Text];

    [TestCaseSource(nameof(_readings))]
    public void Write_ByRandomModels_GivesLegalProgramsOnly(KarelReading reading)
    {
        for (ulong seed = 1; seed <= 3; seed++)
        {
            using var model = KarelModels.Create(reading, seed: seed);
            var programs = KarelWriter.Write(model, KarelModels.Draw(40), reading, KarelModels.MaxOperations);
            Assert.That(programs.Select(program => program.Length), Is.All.InRange(1, KarelModels.MaxOperations));
        }
    }

    [TestCaseSource(nameof(_readings))]
    public void Write_InABatch_WritesWhatItWritesAlone(KarelReading reading)
    {
        using var model = KarelModels.Create(reading, seed: 2);
        var tasks = KarelModels.Draw(12);
        var together = KarelWriter.Write(model, tasks, reading, KarelModels.MaxOperations);
        for (var i = 0; i < tasks.Length; i++)
            Assert.That(KarelWriter.Write(model, [tasks[i]], reading, KarelModels.MaxOperations)[0], Is.EqualTo(together[i]));
    }

    [Test]
    public void Write_TakesTheLikeliestLegalTokenEachTime()
    {
        using var model = KarelModels.Create(KarelModels.Grid, seed: 3);
        var task = KarelModels.Draw(1, start: 5)[0];
        var written = KarelWriter.Write(model, [task], KarelModels.Grid, KarelModels.MaxOperations)[0];
        var row = KarelModels.Grid.Prompts([task])[0].ToList();
        using var scope = NewDisposeScope();
        for (var i = 0; i <= written.Length; i++)
        {
            var logits = model.Module.Head(model.Module.Hidden(
                tensor(row.Select(id => (long)id).ToArray(), [1, row.Count]),
                new ForwardOptions { Features = KarelModels.Grid.Features([task], row.Count) })).data<float>().ToArray()[^9..];
            var best = KarelGridEncoding.Instance.NextAllowed(i, KarelModels.MaxOperations).ToArray().MaxBy(token => logits[token]);
            Assert.That(best, Is.EqualTo(i < written.Length ? 4 + (int)written[i] : 1));
            row.Add(best);
        }
    }

    [Test]
    public void Pretrain_OnSixtyFourTasks_LearnsThemByHeart()
    {
        var tasks = new KarelOptions { Examples = 1, HeldOutExamples = 0, InteriorSize = 3, WallShare = 0, MinLength = 1, MaxLength = 4 };
        var (reading, generator) = (KarelReading.Grid(3), new KarelGenerator(tasks));
        var tokenizer = reading.Tokenizer();
        var options = new PretrainOptions
        {
            MaxSteps = 200, BatchSize = 64, LearningRate = 1e-2, SequenceLength = 8, WarmupSteps = 10,
            TokenColumns = new TokenColumns { Features = "GridFeatures", FeatureOffsets = "GridOffsets" },
        };
        var shape = reading.Fit(TransformerConfig.Gpt2(1, 32, layers: 2, heads: 2, contextLength: 1), examples: 1, maxOperations: 5);
        using var model = new MLContext(1).LanguageModels().Pretrain(shape, tokenizer, tokenizer.Special, options)
            .Fit(new KarelDataView(generator, 64, reading.Encoding, reading.GridFeatures)).Model;
        KarelTask[] learnt = [.. Enumerable.Range(0, 64).Select(i => generator.Draw(i))];
        var programs = KarelWriter.Write(model, learnt, reading, maxOperations: 5);
        Assert.That(learnt.Zip(programs).Count(pair => pair.First.Program.SequenceEqual(pair.Second)), Is.EqualTo(64));
    }

    [Test]
    public void Write_WithoutRoomInTheContext_SaysSo()
    {
        using var model = KarelModels.Create(KarelModels.Grid);
        Assert.That(() => KarelWriter.Write(model, KarelModels.Draw(1), KarelModels.Grid, 12),
            Throws.ArgumentException.With.Message.Contains("exceed the model's context of 10"));
    }
}
