using MlNetLlm.Karel;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Karel;

public sealed class KarelBehaviourTests
{
    [Test]
    public void Measure_CountsWhatTheProgramsDo()
    {
        using var model = KarelModels.Create(KarelModels.Grid, seed: 4);
        var behaviour = KarelBehaviour.Measure(
            model, new KarelGenerator(KarelModels.Tasks, "test"), 50, KarelModels.Grid, KarelModels.MaxOperations, batchSize: 16);
        var tasks = KarelModels.Draw(50);
        var written = KarelWriter.Write(model, tasks, KarelModels.Grid, KarelModels.MaxOperations);
        Assert.That(behaviour.Written.Select(task => task.Program), Is.EqualTo(written));
        Assert.That(behaviour.Accuracy, Is.EqualTo(tasks.Zip(written).Count(pair => pair.First.IsSolvedBy(pair.Second)) / 50.0));
        Assert.That(
            behaviour.Generalisation, Is.EqualTo(tasks.Zip(written).Count(pair => pair.First.IsGeneralisedBy(pair.Second)) / 50.0));
        Assert.That(behaviour.CompleteAccuracy, Is.LessThanOrEqualTo(behaviour.Accuracy));
        Assert.That(behaviour.Diversity.Count, Is.EqualTo(50));
        Assert.That(behaviour.Diversity.MeanLength, Is.EqualTo(written.Average(program => program.Length)));
    }

    [TestCase("grid")]
    [TestCase("text")]
    public void Perplexity_OfAModelThatKnowsNothing_IsTheVocabularysSize(string encoding)
    {
        var reading = encoding == "grid" ? KarelModels.Grid : KarelReading.Text;
        using var model = KarelModels.Create(reading);
        using (no_grad())
            foreach (var parameter in model.Module.parameters()) parameter.zero_();
        var behaviour = KarelBehaviour.Measure(
            model, new KarelGenerator(KarelModels.Tasks, "test"), 9, reading, KarelModels.MaxOperations, batchSize: 4);
        Assert.That(behaviour.Perplexity, Is.EqualTo(reading.Encoding.Words.Count).Within(1e-3));
        Assert.That(behaviour.Written.Sum(task => task.ReferenceTokens),
            Is.EqualTo(KarelModels.Draw(9).Sum(task => reading.Encoding.ProgramLength(task.Program.Length))));
    }
}
