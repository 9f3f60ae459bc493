using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.EmbeddingReset;
using MlNetLlm.LanguageModels;
using MlNetLlm.TaskAdaptation;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.EmbeddingReset;
using MlNetLlm.Tests.LanguageModels;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.TaskAdaptation;

public sealed class TaskTransformerTests
{
    private readonly MLContext _ml = new(1);

    [Test]
    public void Assemble_IsTheTasksBodyAndHeadWithTheOtherEmbeddings()
    {
        using var pretrained = TaskToys.Model();
        var task = Fit(pretrained, TaskKind.Classification);
        var relearned = new RelearnEmbeddingsEstimator(
            pretrained, ResetToys.Tokenizer("hgfedcba"), ResetToys.Special,
            new RelearnEmbeddingsOptions { MaxSteps = 3, BatchSize = 4, SequenceLength = 12 }).Fit(ResetToys.Rows()).Model;

        var assembled = _ml.LanguageModels().Assemble(task, relearned);

        string[] tables = ["embeddings.token.weight", "head.bias"];
        Assert.That(ResetToys.Differences(task.Model.Module, assembled.Model.Module), Is.EquivalentTo(tables));
        Assert.That(
            ResetToys.Differences(relearned.Module, assembled.Model.Module),
            Is.EquivalentTo(ResetToys.Weights(task.Model.Module).Keys.Where(name => !tables.Contains(name) && !name.StartsWith("head."))
                .Where(name => !ResetToys.Weights(task.Model.Module)[name].SequenceEqual(ResetToys.Weights(pretrained.Module)[name]))));
        Assert.That(assembled.Model.Tokenizer, Is.SameAs(relearned.Tokenizer));
        Assert.That(Scores(assembled, "abc"), Is.EqualTo(ByHand(assembled, [1, 10, 9, 8])).Within(1e-6));
    }

    [Test]
    public void Assemble_WithItsOwnEmbeddings_ChangesNothing()
    {
        using var pretrained = TaskToys.Model();
        var task = Fit(pretrained, TaskKind.Classification);
        Assert.That(Scores(task.Assemble(pretrained), "abc"), Is.EqualTo(Scores(task, "abc")));
    }

    [Test]
    public void Dispose_OfOneOfTwoThatShareWeights_LeavesTheOther([Values] bool assembledFirst)
    {
        using var pretrained = TaskToys.Model();
        var task = Fit(pretrained, TaskKind.Classification);
        var before = Scores(task, "abc");
        var assembled = task.Assemble(pretrained);
        (assembledFirst ? assembled : task).Dispose();
        using var left = assembledFirst ? task : assembled;
        Assert.That(Scores(left, "abc"), Is.EqualTo(before));
    }

    [Test]
    public void Fit_WithSentencesWithoutALabel_LearnsFromTheOthersAlone()
    {
        using var pretrained = TaskToys.Model();
        var labelled = TaskToys.Rows(TaskKind.Tagging, count: 3).ToList();
        var unlabelled = TaskToys.Rows(TaskKind.Tagging, count: 3, seed: 2).ToList();
        foreach (var row in unlabelled) row.Label = "?";
        var estimator = new AdaptToTaskEstimator(pretrained, TaskToys.Options(TaskKind.Tagging) with { BatchSize = 1 });
        using var task = estimator.Fit(TaskToys.View(_ml, [.. unlabelled[..4], .. labelled, .. unlabelled[4..]]));
        using var alone = estimator.Fit(TaskToys.View(_ml, labelled));
        Assert.That(task.Training!.Steps, Is.EqualTo(8));
        Assert.That(task.Model.Fingerprint, Is.EqualTo(alone.Model.Fingerprint));
        Assert.That(
            () => estimator.Fit(TaskToys.View(_ml, unlabelled)),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("No row has a label in column 'Label'. Give it at least one."));
    }

    [Test]
    public void Assemble_OfAnotherShape_IsRefused()
    {
        using var pretrained = TaskToys.Model();
        using var other = TaskToys.Model(causal: true);
        Assert.That(
            () => Fit(pretrained, TaskKind.Classification).Assemble(other),
            Throws.ArgumentException.With.Message.Contains("'roberta' of 2 layers").And.Message.Contains("'llama'"));
    }

    [Test]
    public void Transform_OfWords_IsTheSameTogetherAndAlone()
    {
        using var pretrained = TaskToys.Model();
        var task = Fit(pretrained, TaskKind.Tagging);
        var rows = TaskToys.Rows(TaskKind.Tagging, count: 6, seed: 3).Select(row => new TaskRow(row.Text, null, row.Start, [])).ToList();
        var together = task.Compute(rows);
        for (var i = 0; i < rows.Count; i++)
            Assert.That(task.Compute([rows[i]])[0].Probabilities, Is.EqualTo(together[i].Probabilities).Within(1e-5));
    }

    [Test]
    public void Transform_OfASentenceAboveTheLength_ReadsWindows()
    {
        using var pretrained = TaskToys.Model();
        var task = Fit(pretrained, TaskKind.Tagging);
        var text = string.Concat(Enumerable.Repeat("abcdefgh", 5));              // windows of 15 letters behind a begin token
        var whole = task.Compute([.. Enumerable.Range(0, 40).Select(start => new TaskRow(text, null, start, []))]);
        var second = task.Compute([.. Enumerable.Range(0, 15).Select(start => new TaskRow(text[15..30], null, start, []))]);
        for (var i = 0; i < 15; i++)
            Assert.That(whole[15 + i].Probabilities, Is.EqualTo(second[i].Probabilities).Within(1e-5));
    }

    [Test]
    public void Transform_OfATextAboveTheLength_IsRefusedUnlessItMayBeCut()
    {
        using var pretrained = TaskToys.Model();
        var row = new TaskRow(string.Concat(Enumerable.Repeat("abcdefgh", 5)), null, 0, []);
        Assert.That(
            () => Fit(pretrained, TaskKind.Classification).Compute([row]),
            Throws.ArgumentException.With.Message.Contains("A text has 41 tokens; SequenceLength is 16"));
        var cutting = Fit(pretrained, TaskKind.Classification, o => o with { TruncateLongRows = true });
        var cut = row with { Text = row.Text[..15] };
        Assert.That(cutting.Compute([row])[0].Probabilities, Is.EqualTo(cutting.Compute([cut])[0].Probabilities));
    }

    [Test]
    public void Transform_OfFewerChoices_GivesTheOthersNothing()
    {
        using var pretrained = TaskToys.Model();
        var task = Fit(pretrained, TaskKind.MultipleChoice);
        var one = task.Compute([new TaskRow("abc", null, 0, ["a"])])[0];
        Assert.That((one.Best, one.Probabilities), Is.EqualTo((0, new[] { 1f, 0f })));
        Assert.That(
            () => task.Compute([new TaskRow("abc", null, 0, ["a", "b", "c"])]),
            Throws.ArgumentException.With.Message.Contains("A question has 3 choices, expected 1 to 2"));
    }

    [Test]
    public void Fit_AfterPretraining_UsesItsModel()
    {
        var rows = TaskToys.View(_ml, TaskToys.Rows(TaskKind.Classification));
        var chain = new MlNetLlm.Pretraining.PretrainEstimator(
                ResetToys.Masked, ResetToys.Tokenizer(), ResetToys.Special, ResetToys.Options)
            .Append(_ml.LanguageModels().AdaptToTask(TaskToys.Options(TaskKind.Classification))).Fit(rows);
        var metrics = _ml.MulticlassClassification.Evaluate(chain.Transform(rows));
        Assert.That(metrics.ConfusionMatrix.NumberOfClasses, Is.EqualTo(2));
        Assert.That(
            () => _ml.LanguageModels().AdaptToTask(TaskToys.Options(TaskKind.Classification)).Fit(rows),
            Throws.InvalidOperationException.With.Message.Contains("No step before this one"));
    }

    [Test]
    public void Load_InAFreshProcess_ScoresTheSame()
    {
        using var pretrained = TaskToys.Model();
        string[] texts = ["abab", "cd", "hgfeabc", "bb"];
        var data = StepRow.View(_ml, texts);
        var fitted = Fit(pretrained, TaskKind.Classification);
        var file = Path.GetTempFileName();
        try
        {
            _ml.Model.Save(fitted, data.Schema, file);
            Assert.That(ChildProcess.Run(texts, "transform", file), Is.EqualTo(ColumnText.Of(fitted.Transform(data))));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public void WordRows_OfSentences_AreTheirWordsInOrder()
    {
        var sentences = _ml.Data.LoadFromEnumerable([
            new Sentence { Text = "a dog", Starts = [0, 2], Upos = ["DET", "NOUN"] }, new Sentence { Text = "", Starts = [], Upos = [] },
            new Sentence { Text = "du", Starts = [0, 0], Upos = ["ADP", "DET"] }]);
        var words = WordRows.Of(sentences);
        Assert.That(words.GetColumn<string>("Text"), Is.EqualTo(["a dog", "a dog", "du", "du"]));
        Assert.That(words.GetColumn<int>("Start"), Is.EqualTo([0, 2, 0, 0]));
        Assert.That(words.GetColumn<string>("Label"), Is.EqualTo(["DET", "NOUN", "ADP", "DET"]));
        Assert.That(
            () => WordRows.Of(sentences, labelsColumn: "Tags"), Throws.ArgumentException.With.Message.Contains("Column 'Tags' is missing"));
    }

    [Test]
    public void WordRows_WithAWordTooMany_SayWhere()
    {
        var sentences = _ml.Data.LoadFromEnumerable([new Sentence { Text = "a", Starts = [0], Upos = ["DET", "NOUN"] }]);
        Assert.That(
            () => WordRows.Of(sentences).GetColumn<string>("Label").ToList(),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("Sentence 1 has 1 words and 2 labels"));
    }

    [Test]
    public void Create_WithFaultyOptions_NamesThemAll()
        => Assert.That(
            () => new AdaptToTaskEstimator(null, new AdaptToTaskOptions
            {
                Task = TaskKind.Tagging, PairColumn = "x", CompletionColumn = "y", LabelColumn = "", HeadLearningRateScale = 0,
                BatchSize = 0,
            }),
            Throws.ArgumentException.With.Message.Contains("PairColumn is 'x'").And.Message.Contains("CompletionColumn is 'y'")
                .And.Message.Contains("LabelColumn is empty").And.Message.Contains("HeadLearningRateScale is 0")
                .And.Message.Contains("BatchSize is 0"));

    public sealed class Sentence
    {
        public string Text { get; set; } = "";

        public int[] Starts { get; set; } = [];

        public string[] Upos { get; set; } = [];
    }

    private TaskTransformer Fit(LanguageModel model, TaskKind task, Func<AdaptToTaskOptions, AdaptToTaskOptions>? change = null) =>
        new AdaptToTaskEstimator(model, (change ?? (o => o))(TaskToys.Options(task))).Fit(TaskToys.View(_ml, TaskToys.Rows(task)));

    private static float[] Scores(TaskTransformer task, string text) => task.Compute([new TaskRow(text, null, 0, [])])[0].Probabilities;

    private static float[] ByHand(TaskTransformer task, long[] ids)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var first = task.Model.Module.Hidden(tensor(ids, [1, ids.Length])).narrow(1, 0, 1).squeeze(1);      // (1, width)
        return ToyModels.Values(task.Head.call(first).softmax(-1));
    }
}
