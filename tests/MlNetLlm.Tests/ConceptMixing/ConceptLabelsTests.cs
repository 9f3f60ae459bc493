using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.ConceptMixing;
using MlNetLlm.Data;
using MlNetLlm.Training;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.ConceptMixing;

/// <summary>Labels on the disk: what they hold, and that nothing but whole labels is ever read.</summary>
public sealed class ConceptLabelsTests
{
    private readonly MLContext _ml = new(1);
    private ConceptTeacher _teacher = null!;
    private string _folder = null!;

    [OneTimeSetUp]
    public void Make() => _teacher = ConceptToy.Teacher();

    [OneTimeTearDown]
    public void Free()
    {
        _teacher.Model.Dispose();
        _teacher.Autoencoder.Dispose();
    }

    [SetUp]
    public void Open() => _folder = Directory.CreateTempSubdirectory("mlnetllm-test-").FullName;

    [TearDown]
    public void Close() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void LabelConcepts_StoresWhatAPassGives([Values] ConceptGradient gradient, [Values] ConceptCandidates candidates)
    {
        var options = ConceptToy.Quick with { Gradient = gradient, Candidates = candidates, LabelsPerToken = 3 };
        using var labels = Label(options);
        using var windows = TeacherWindows.Read(_teacher.Model, ConceptToy.Text(), options.Reading(), default);
        Assert.That(labels.Windows, Is.EqualTo(windows.Count).And.GreaterThan(8));
        var checkedWindows = 0;
        foreach (var batch in windows.Batches(0, windows.Count, 1).Where(batch => batch.First % 3 == 0 && batch.Time > 1))
        {
            var pass = TeacherPass.Run(_teacher, batch.Tokens, batch.Targets, 1, options);
            var expected = options.Kinds.ToDictionary(kind => kind, _ => Enumerable.Repeat(-1, 12 * 3).ToArray());
            ConceptScores.Of(_teacher.Autoencoder, pass.States, pass.Slopes, candidates, (position, scores) =>
            {
                if (position < batch.Time - 1)
                    foreach (var kind in options.Kinds) LabelSelection.Select(scores, kind, expected[kind].AsSpan(position * 3, 3));
            });
            foreach (var kind in options.Kinds)
            {
                var stored = new int[12 * 3];
                labels[kind].Read(batch.First, stored);
                Assert.That(stored, Is.EqualTo(expected[kind]), $"{kind} of window {batch.First}");
                Assert.That(stored[^3..], Is.All.EqualTo(-1), "the last position");
            }
            checkedWindows++;
        }
        Assert.That(checkedWindows, Is.GreaterThan(2));
        Assert.That(labels[ConceptLabelKind.Activation].Metrics().ActiveShare, Is.EqualTo(1));
        if (candidates == ConceptCandidates.Active) Assert.That(labels[ConceptLabelKind.Plus].Metrics().ActiveShare, Is.EqualTo(1));
    }

    [Test]
    public void LabelConcepts_WithTheTeachersNextTokens_StoresItsMostProbable()
    {
        using var labels = Label(ConceptToy.Quick with { Kinds = [ConceptLabelKind.NextTokens], LabelsPerToken = 2 });
        using var windows = TeacherWindows.Read(_teacher.Model, ConceptToy.Text(), ConceptToy.Quick.Reading(), default);
        var batch = windows.Batches(0, 1, 1).Single();
        using var scope = NewDisposeScope();
        using var logits = _teacher.Model.Module.call(tensor(batch.Tokens, [1, batch.Time]));
        var stored = new int[12 * 2];
        labels[ConceptLabelKind.NextTokens].Read(0, stored);
        for (var t = 0; t < batch.Time - 1; t++)
            Assert.That(stored[2 * t], Is.EqualTo(logits[0, t].argmax().item<long>()));
        Assert.That(labels[ConceptLabelKind.NextTokens].Concepts, Is.EqualTo(12));
        Assert.That(() => labels[ConceptLabelKind.Plus], Throws.ArgumentException.With.Message.StartsWith(
            "There are no Plus labels; there are NextTokens."));
    }

    [Test]
    public void LabelConcepts_StoppedAndRunAgain_GivesTheSameBytes()
    {
        using (Label(ConceptToy.Quick, "whole"))
        using (var stop = new CancellationTokenSource())
        {
            var stopper = new StopAt(stop, 9);
            Assert.That(() => _ml.Concepts().LabelConcepts(
                _teacher, ConceptToy.Text(), At("stopped"), ConceptToy.Quick, stopper, stop.Token),
                Throws.InstanceOf<OperationCanceledException>());
            Assert.That(Directory.GetFiles(Directory.GetDirectories(_folder, "stopped*.parts").Single()), Has.Length.EqualTo(2));
            var rest = new StopAt(stop, int.MaxValue);
            using (_ml.Concepts().LabelConcepts(_teacher, ConceptToy.Text(), At("stopped"), ConceptToy.Quick, rest))
                Assert.That(rest.First, Is.GreaterThan(8), "finished parts are not done again");
        }
        foreach (var file in Directory.GetFiles(At("whole")))
            Assert.That(File.ReadAllBytes(Path.Combine(At("stopped"), Path.GetFileName(file))), Is.EqualTo(File.ReadAllBytes(file)), file);
        Assert.That(Directory.GetDirectories(_folder).Select(Path.GetFileName), Is.EquivalentTo(new[] { "whole", "stopped" }));
    }

    [Test]
    public void LabelConcepts_WithADamagedPart_MakesItAnew()
    {
        using var stop = new CancellationTokenSource();
        using var expected = Label(ConceptToy.Quick, "whole");
        Assert.That(() => _ml.Concepts().LabelConcepts(
            _teacher, ConceptToy.Text(), At("torn"), ConceptToy.Quick, new StopAt(stop, 9), stop.Token), Throws.Exception);
        var part = Directory.GetFiles(Directory.GetDirectories(_folder, "torn*.parts").Single()).Order().First();
        var bytes = File.ReadAllBytes(part);
        bytes[40] ^= 1;
        File.WriteAllBytes(part, bytes);
        using var actual = Label(ConceptToy.Quick, "torn");
        Assert.That(Rows(actual[ConceptLabelKind.Plus]), Is.EqualTo(Rows(expected[ConceptLabelKind.Plus])));
    }

    [Test]
    public void LabelConcepts_OfWhatIsThere_OpensIt_AndRefusesAnything_Else()
    {
        Label(ConceptToy.Quick).Dispose();
        var watch = new StopAt(new CancellationTokenSource(), int.MaxValue);
        _ml.Concepts().LabelConcepts(_teacher, ConceptToy.Text(), At("labels"), ConceptToy.Quick, watch).Dispose();
        Assert.That(watch.First, Is.Null, "nothing is labelled again");
        Assert.That(() => Label(ConceptToy.Quick with { LabelsPerToken = 2 }), Throws.InvalidOperationException.With.Message.Contains(
            "already holds labels of 'labels 4 of Plus,Minus,Abs,Activation, windows 12"));
        Assert.That(() => _ml.Concepts().LabelConcepts(_teacher, Toys.Rows("abcd abcd"), At("labels"), ConceptToy.Quick),
            Throws.InvalidOperationException.With.Message.Contains("labels of another text"));
    }

    [Test]
    public void Open_OfAChangedFile_SaysSo()
    {
        Label(ConceptToy.Quick).Dispose();
        var file = Path.Combine(At("labels"), "Plus.labels");
        var bytes = File.ReadAllBytes(file);
        bytes[5] ^= 1;
        File.WriteAllBytes(file, bytes);
        Assert.That(() => ConceptLabels.Open(At("labels")), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("was changed"));
        Assert.That(() => ConceptLabels.Open(At("nowhere")), Throws.InstanceOf<DirectoryNotFoundException>());
    }

    [Test]
    public void Track_AsRows_IsWhatReadGives()
    {
        using var labels = Label(ConceptToy.Quick);
        var track = labels[ConceptLabelKind.Activation];
        var rows = track.AsDataView();
        Assert.That(rows.GetColumn<int>("Window").Count(), Is.EqualTo(track.Windows * 12));
        var window = new int[12 * 4];
        track.Read(1, window);
        var second = rows.GetColumn<int[]>("Labels").Skip(12).Take(12).ToList();
        for (var t = 0; t < 12; t++)
            Assert.That(second[t], Is.EqualTo(window[(4 * t)..(4 * t + 4)].TakeWhile(label => label >= 0)));
        Assert.That(Rows(track.First(1)), Is.EqualTo(Rows(track).Select(row => row.Take(1))));
    }

    [Test]
    public void Controls_KeepWhatTheyPromise()
    {
        using var labels = Label(ConceptToy.Quick);
        var track = labels[ConceptLabelKind.Activation];
        var (own, shuffled, drawn) = (Rows(track), Rows(track.Shuffled(1)), Rows(track.FrequencyMatched(1)));
        Assert.That(shuffled.Select(Text), Is.EquivalentTo(own.Select(Text)).And.Not.EqualTo(own.Select(Text)));
        Assert.That(shuffled.Select(row => row.Length > 0), Is.EqualTo(own.Select(row => row.Length > 0)));
        Assert.That(drawn.Select(row => row.Length), Is.EqualTo(own.Select(row => row.Length)));
        Assert.That(drawn.Select(row => row.Distinct().Count()), Is.EqualTo(own.Select(row => row.Length)));
        Assert.That(drawn.SelectMany(row => row).Except(own.SelectMany(row => row)), Is.Empty);
        Assert.That(Rows(track.FrequencyMatched(1)), Is.EqualTo(drawn));
        Assert.That(Rows(track.FrequencyMatched(2)), Is.Not.EqualTo(drawn));
        Assert.That(Rows(track.Shuffled(2)), Is.Not.EqualTo(shuffled));

        static string Text(int[] row) => string.Join(",", row);
    }

    [Test]
    public void Metrics_OfKnownLabels_AreThoseByHand()
    {
        // Two windows of two positions: 0 and 1, none, 0, none. Entropy of (2/3, 1/3).
        int[] stored = [0, 1, -1, -1, 0, -1, -1, -1];
        var track = new ConceptLabelTrack("by hand", 2, 2, 2, 5, active: 2, (first, labels)
            => stored.AsSpan((int)first, labels.Length).CopyTo(labels));
        var metrics = track.Metrics();
        var entropy = -(2 / 3.0 * Math.Log(2 / 3.0) + 1 / 3.0 * Math.Log(1 / 3.0));
        Assert.That(metrics.EffectiveConcepts, Is.EqualTo(Math.Exp(entropy)).Within(1e-12));
        Assert.That(metrics with { EffectiveConcepts = 0 }, Is.EqualTo(new ConceptLabelMetrics("by hand", 2, 1.5, 2, 0, 1, 2.0 / 3)));
    }

    /// <summary>A random label is as frequent as among the labels it is drawn from.</summary>
    [Test]
    public void FrequencyMatched_DrawsByFrequency()
    {
        var track = new ConceptLabelTrack("three of four are 2", 1000, 4, 1, 9, null, (first, labels) =>
        {
            for (var i = 0; i < labels.Length; i++) labels[i] = (first + i) % 4 == 3 ? 7 : 2;
        });
        Assert.That(Rows(track.FrequencyMatched(3)).Count(row => row[0] == 2) / 4000.0, Is.EqualTo(0.75).Within(0.03));
    }

    [Test]
    public void Splice_MeasuresTheTeachersOwnLoss()
    {
        using var labels = Label(ConceptToy.Quick);
        var metrics = _ml.Concepts().Splice(_teacher, ConceptToy.Text(), ConceptToy.Quick);
        Assert.That(metrics.Loss, Is.EqualTo(labels.TeacherLoss!.Value).Within(1e-5));
        Assert.That(metrics.SplicedLoss, Is.Not.EqualTo(metrics.Loss).Within(1e-6));
        Assert.That(new SpliceMetrics(1, 2, 2.5, 4).Recovered, Is.EqualTo(0.75));
        Assert.That(new SpliceMetrics(1, 2, 2, 2).Recovered, Is.NaN);
    }

    [Test]
    public void Options_WithFaults_NameThemAll() => Assert.That(
        () => Label(new LabelConceptsOptions
        {
            SequenceLength = 1, LabelsPerToken = 0, Kinds = [ConceptLabelKind.Plus, ConceptLabelKind.Plus],
        }),
        Throws.ArgumentException.With.Message.EqualTo(
            "LabelConceptsOptions: LabelsPerToken is 0; expected 1 or more. Kinds has Plus 2 time(s); expected Plus, Minus, Abs, "
            + "Activation, NextTokens, each once at most. SequenceLength is 1; expected 2 or more."));

    private string At(string name) => Path.Combine(_folder, name);

    private ConceptLabels Label(LabelConceptsOptions options, string name = "labels") =>
        _ml.Concepts().LabelConcepts(_teacher, ConceptToy.Text(), At(name), options);

    private static List<int[]> Rows(ConceptLabelTrack track) => [.. track.AsDataView().GetColumn<int[]>("Labels")];

    private sealed class StopAt(CancellationTokenSource stop, int windows) : IProgress<TrainingProgress>
    {
        public int? First { get; private set; }

        public void Report(TrainingProgress value)
        {
            First ??= value.Step;
            if (value.Step >= windows) stop.Cancel();
        }
    }
}
