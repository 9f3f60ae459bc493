using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Generation;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using MlNetLlm.SelfAdaptation;
using MlNetLlm.Svf;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tests.Svf;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.SelfAdaptation;

public sealed class SelfAdaptingTransformerTests
{
    private readonly MLContext _ml = new(1);
    private LanguageModel _model = null!;
    private SvfExpertLibrary _library = null!;

    [SetUp]
    public void Open()
    {
        _model = AdaptationToys.Model();
        _library = ExpertToys.Library(_model);
    }

    [TearDown]
    public void Close()
    {
        _library.Dispose();
        _model.Dispose();
    }

    [Test]
    public void Transform_AnswersEachRowAsTwoPlainPassesWould([Values] AdaptationStrategy strategy)
    {
        using var classifier = strategy == AdaptationStrategy.ClassificationExpert ? _library.Apply("c") : _library.Apply("other");
        var options = AdaptationToys.Options(classifier, strategy);
        using var fitted = Fit(options);
        var rows = fitted.Compute(AdaptationToys.Questions);
        var written = AdaptationToys.Written(classifier);
        for (var i = 0; i < rows.Count; i++)
        {
            var expert = strategy == AdaptationStrategy.FewShot ? "mix"
                : options.Labels.FirstOrDefault(label => label.Label == written[i])?.Expert ?? "other";
            using var model = strategy == AdaptationStrategy.FewShot ? _library.Compose(options.Mix!) : _library.Apply(expert);
            var alone = RowGenerator.Generate(model, [AdaptationToys.Questions[i]], new GenerationOptions { MaxTokens = 5 })[0];
            Assert.That((rows[i].Expert, rows[i].Answer), Is.EqualTo((expert, alone.Text)), AdaptationToys.Questions[i]);
        }
        var answered = strategy == AdaptationStrategy.FewShot ? new[] { "mix" } : ["a", "b", "other"];
        Assert.That(rows.Select(row => row.Expert).Distinct(), Is.EquivalentTo(answered), "the case has all groups");
    }

    [Test]
    public void Transform_InGroups_IsTheSameAsOneByOne([Values] AdaptationStrategy strategy, [Values(3, 24)] int groupRows)
    {
        var options = AdaptationToys.Options(_model, strategy) with { GroupRows = groupRows };
        using var fitted = Fit(options);
        var view = AdaptationToys.View(_ml);
        var grouped = fitted.Transform(view);
        var alone = AdaptationToys.Questions.Select(question => fitted.Compute([question])[0]).ToList();
        Assert.That(grouped.GetColumn<string>("Text"), Is.EqualTo(AdaptationToys.Questions), "rows keep their order");
        Assert.That(grouped.GetColumn<string>("Expert"), Is.EqualTo(alone.Select(row => row.Expert)));
        Assert.That(grouped.GetColumn<string>("Answer"), Is.EqualTo(alone.Select(row => row.Answer)));
        Assert.That(grouped.GetColumn<float[]>("Weights"), Is.EqualTo(alone.Select(row => row.Weights)));
    }

    [Test]
    public void Transform_SwitchesOnceAGroup()
    {
        using var fitted = Fit(AdaptationToys.Options(_model));
        fitted.Compute(AdaptationToys.Questions);
        Assert.That(fitted.Switches, Is.EqualTo(2), "a and b; the base weights answer first and are in place");
        fitted.Compute(AdaptationToys.Questions);
        Assert.That(fitted.Switches, Is.EqualTo(2 + 3), "the base weights for the next first pass, then a and b");

        using var mixed = Fit(AdaptationToys.Options(_model, AdaptationStrategy.FewShot));
        mixed.Compute(AdaptationToys.Questions);
        mixed.Compute(AdaptationToys.Questions);
        Assert.That(mixed.Switches, Is.EqualTo(1));
    }

    [Test]
    public void Transform_OfWhatNoLabelIsReadFrom_AnswersWithTheBaseWeights()
    {
        var options = AdaptationToys.Options(_model) with { Labels = [], LabelFormat = LabelFormat.Boxed };
        using var fitted = Fit(options);
        fitted.Compute(AdaptationToys.Questions);
        var expected = RowGenerator.Generate(_model, AdaptationToys.Questions, new GenerationOptions { MaxTokens = 5 });
        var rows = fitted.Compute(AdaptationToys.Questions);
        Assert.That(rows.Select(row => row.Answer), Is.EqualTo(expected.Select(row => row.Text)));
        Assert.That(rows.Select(row => row.Expert), Is.All.EqualTo("other"));
        Assert.That(rows.SelectMany(row => row.Weights), Is.All.Zero);
    }

    [Test]
    public void Transform_EndsAtTheFurtherEndTokensOfTheModel()
    {
        var options = AdaptationToys.Options(_model) with { Labels = [], LabelFormat = LabelFormat.Boxed };
        using var fitted = Fit(options);
        var whole = fitted.Compute(AdaptationToys.Questions).Select(row => row.Answer).ToList();
        var letter = $"{whole.First(answer => answer.Length > 1)[1]}";
        using var ending = new LanguageModel(_model.Module.ShareWeights(), _model.Tokenizer, _model.Special)
        {
            Generation = new GenerateOptions { StopTokens = [_model.Tokenizer.EncodeToIds(letter)[0]] },
        };
        using var library = ExpertToys.Library(ending);
        using var adapting = new SelfAdaptingTransformer(library, options);
        var ended = adapting.Compute(AdaptationToys.Questions).Select(row => row.Answer);
        Assert.That(ended, Is.EqualTo(whole.Select(answer => RowGenerator.Cut(answer, [letter]))).And.Not.EqualTo(whole));
    }

    [Test]
    public void Transform_ReadsNoFurtherAheadThanAGroup()
    {
        var read = 0;
        var source = _ml.Data.LoadFromEnumerable(Counted());
        using var fitted = Fit(AdaptationToys.Options(_model) with { GroupRows = 4 });
        using var cursor = fitted.Transform(source).GetRowCursor(fitted.GetOutputSchema(source.Schema));
        Assert.That(cursor.MoveNext());
        Assert.That(read, Is.LessThanOrEqualTo(4 + 3), "a group for the computation, and the reader's own row");

        IEnumerable<AdaptationToys.Row> Counted()
        {
            foreach (var question in AdaptationToys.Questions)
            {
                read++;
                yield return new AdaptationToys.Row { Text = question };
            }
        }
    }

    [Test]
    public void Seconds_AreSharedAmongTheRowsOfAPass()
    {
        // A clock on which every look costs a second: each pass takes one.
        using var fitted = new SelfAdaptingTransformer(_library, AdaptationToys.Options(_model), clock: new CountingClock());
        var rows = fitted.Compute(AdaptationToys.Questions);
        Assert.That(rows.Sum(row => row.FirstPassSeconds), Is.EqualTo(1).Within(1e-9));
        Assert.That(rows.Select(row => row.FirstPassSeconds).Distinct().Count(), Is.EqualTo(1));
        foreach (var group in rows.GroupBy(row => row.Expert))
            Assert.That(group.Sum(row => row.SecondPassSeconds), Is.EqualTo(1).Within(1e-9), group.Key);

        using var mixed = new SelfAdaptingTransformer(
            _library, AdaptationToys.Options(_model, AdaptationStrategy.FewShot), clock: new CountingClock());
        Assert.That(mixed.Compute(AdaptationToys.Questions).Select(row => row.FirstPassSeconds), Is.All.Zero);
    }

    [Test]
    public void Compute_ManyTimes_LeavesNoTensorBehind()
    {
        using var fitted = Fit(AdaptationToys.Options(_model));
        fitted.Compute(AdaptationToys.Questions);
        var before = LiveTensors.OnThread;
        for (var i = 0; i < 10; i++) fitted.Compute(AdaptationToys.Questions);
        Assert.That(LiveTensors.OnThread, Is.AtMost(before));
    }

    [Test]
    public void Weights_OfAMix_AreItsShares()
    {
        using var fitted = Fit(AdaptationToys.Options(_model, AdaptationStrategy.FewShot));
        Assert.That(fitted.Compute(["ab"])[0].Weights, Is.EqualTo(new[] { 1f / 3, 2f / 3, 0 }).Within(1e-6));
    }

    [Test]
    public void Load_AfterSave_AnswersTheSame([Values] AdaptationStrategy strategy)
    {
        using var folder = new TemporaryFolder();
        using var fitted = Fit(AdaptationToys.Options(_model, strategy));
        fitted.Save(folder["step"]);
        using var loaded = SelfAdaptingTransformer.Load(folder["step"]);
        Assert.That(Told(loaded), Is.EqualTo(Told(fitted)));
        Assert.That(loaded.Library.Base.Fingerprint, Is.EqualTo(_model.Fingerprint));
    }

    [Test]
    public void Load_OfOptionsThatDoNotFitTheExperts_SaysWhich()
    {
        using var fitted = Fit(AdaptationToys.Options(_model));
        var packed = PackedFolder.Unpack(SelfAdaptationFolder.Pack(fitted), folder =>
        {
            var path = Path.Combine(folder, "adaptation.json");
            File.WriteAllText(path, File.ReadAllText(path).Replace("\"expert\": \"a\"", "\"expert\": \"x\""));
            return PackedFolder.Pack(again =>
            {
                foreach (var file in Directory.GetFiles(folder)) File.Copy(file, Path.Combine(again, Path.GetFileName(file)));
            });
        });
        Assert.That(
            () => SelfAdaptationFolder.Unpack(packed),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("the expert 'x', the library holds a, b, c"));
    }

    [Test]
    public void SelfAdapt_WithFaults_NamesThemAll() =>
        Assert.That(
            () => _ml.LanguageModels().SelfAdapt(_library, new SelfAdaptationOptions
            {
                Strategy = AdaptationStrategy.ClassificationExpert, ClassificationExpert = "z", LabelTokens = 0, AnswerTemplate = "?",
                Labels = [new("two words", "a"), new("x", "b"), new("X", "q")],
            }),
            Throws.ArgumentException.With.Message.EqualTo(
                "SelfAdaptationOptions: AnswerTemplate has no {question}. LabelTokens is 0; expected 1 or more. "
                + "Labels holds 'two words'; expected letters, digits, '-', '_' or '.'. Labels holds 'x' 2 times. "
                + "Labels names the expert 'q', the library holds a, b, c. ClassificationExpert is 'z', the library holds a, b, c."));

    [Test]
    public void SelfAdapt_FewShotWithoutAMix_SaysHowToFindOne() =>
        Assert.That(
            () => _ml.LanguageModels().SelfAdapt(_library, new SelfAdaptationOptions { Strategy = AdaptationStrategy.FewShot }),
            Throws.ArgumentException.With.Message.Contains("Search it with FewShotMix"));

    [Test]
    public void Defaults_AreTheDocumentedOnes()
    {
        var options = new SelfAdaptationOptions();
        Assert.That(
            (options.TextColumn, options.Strategy, options.LabelFormat, options.LabelTokens, options.MaxTokens, options.Temperature),
            Is.EqualTo(("Text", AdaptationStrategy.Prompt, LabelFormat.Boxed, 24, 100, 0.0)));
        Assert.That((options.BatchRows, options.GroupRows, options.AnswerTemplate), Is.EqualTo((32, 256, "{question}")));
        Assert.That(
            (options with { ClassificationExpert = "c" }).LabelsFor(_library).Select(label => (label.Label, label.Expert)),
            Is.EqualTo(new[] { ("a", "a"), ("b", "b") }));
    }

    private SelfAdaptingTransformer Fit(SelfAdaptationOptions options) =>
        _ml.LanguageModels().SelfAdapt(_library, options).Fit(AdaptationToys.View(_ml));

    private static IEnumerable<string> Told(SelfAdaptingTransformer step) =>
        step.Compute(AdaptationToys.Questions).Select(row => $"{row.Expert} {string.Join(",", row.Weights)} {row.Answer} {row.CutTokens}");
}
