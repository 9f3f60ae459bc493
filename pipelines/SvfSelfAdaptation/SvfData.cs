using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pretraining;
using MlNetLlm.Runs;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation;

/// <summary>The main job's rows: training, validation and test text of the new domain, and text of the old one.</summary>
/// <param name="Train">What every arm trains on.</param>
/// <param name="Validation">Chooses learning rates.</param>
/// <param name="Test">New domain, looked at once.</param>
/// <param name="OldDomain">Old domain, looked at once.</param>
internal sealed record SvfData(IDataView Train, IDataView Validation, IDataView Test, IDataView OldDomain)
{
    private sealed class TextRow
    {
        public string Text { get; set; } = "";
    }

    /// <summary>The model and the rows: from the data catalogue, or made on the spot where it has not got them.</summary>
    public static (LanguageModel Model, SvfData Data) Prepare(
        MLContext ml, SvfExperimentOptions options, RunRequest request, RunContext context, RunRecord record)
    {
        if (new[] { options.Model, options.Text }.FirstOrDefault(IsAbsent) is { } missing)
        {
            context.Display.Note($"The data set '{missing}' is not here (datasets/README.md says how to get it): "
                + "going on with a model pre-trained on the spot on generated text.");
            return MakeAll(ml, options, request, context, record);
        }
        var model = ml.LanguageModels().Load(options.Model).To(options.Device);
        var text = ml.LanguageModels().ReadText(options.Text, TextUnit.Paragraph);
        record.Add(Described(options.Model, 1));
        record.Add(Described(options.Text, CountRows(text)));
        context.Display.Stage("sampling text of the old domain from the base model");
        var old = OldDomainText.Sample(
            model, options.OldDomainTexts, request.Seed, done => context.Display.Step(done, options.OldDomainTexts, $"{done} texts"),
            context.Cancellation);
        record.Add(Generated("old domain, sampled from the base model at temperature 1", old));
        return (model, Split(ml, text, old, options, request.Seed));
    }

    private static (LanguageModel Model, SvfData Data) MakeAll(
        MLContext ml, SvfExperimentOptions options, RunRequest request, RunContext context, RunRecord record)
    {
        var rows = options.TestRows + options.ValidationRows;
        var tales = GeneratedText.Tales(4000, request.Seed).ToList();
        var log = GeneratedText.ShipsLog(rows + 4000, request.Seed + 1).ToList();
        var old = GeneratedText.Tales(options.OldDomainTexts, request.Seed + 2).ToList();
        record.Add(Generated("tales (pre-training)", tales));
        record.Add(Generated("ship's log (new domain)", log));
        record.Add(Generated("tales (old domain)", old));

        context.Display.Stage("pre-training a model on generated text");
        var tokenizer = VocabularyTokenizer.Characters(string.Concat(tales.Concat(log)));
        var config = TransformerConfig.Llama(tokenizer.VocabularySize, width: 64, layers: 4, heads: 4, feedForwardWidth: 176,
            contextLength: 256);
        var pretraining = new PretrainOptions { MaxTokens = options.PretrainTokens, Seed = request.Seed, LearningRate = 3e-3,
            BatchSize = 16, WarmupSteps = 20, Device = options.Device };
        var model = ml.LanguageModels().Pretrain(
            config, tokenizer, tokenizer.Special, pretraining, progress: context.Display, cancellationToken: context.Cancellation)
            .Fit(Rows(ml, tales)).Model.To(options.Device);
        return (model, Split(ml, Rows(ml, log), old, options, request.Seed));
    }

    // ML.NET's own split, twice: test, then validation, then training.
    private static SvfData Split(MLContext ml, IDataView text, List<string> old, SvfExperimentOptions options, int seed)
    {
        var total = CountRows(text);
        var needed = options.TestRows + options.ValidationRows;
        if (total <= needed)
            throw new ArgumentException(
                $"The text has {total} rows; {needed} are held out (TestRows + ValidationRows). Lower them or take more text.");
        var first = ml.Data.TrainTestSplit(text, (double)options.TestRows / total, seed: seed);
        var second = ml.Data.TrainTestSplit(first.TrainSet, (double)options.ValidationRows / (total - options.TestRows), seed: seed);
        return new SvfData(second.TrainSet, second.TestSet, first.TestSet, Rows(ml, old));
    }

    private static IDataView Rows(MLContext ml, IEnumerable<string> texts) =>
        ml.Data.LoadFromEnumerable(texts.Select(t => new TextRow { Text = t }));

    private static long CountRows(IDataView view)
    {
        if (view.GetRowCount() is { } known) return known;
        using var cursor = view.GetRowCursor([]);
        var rows = 0L;
        while (cursor.MoveNext()) rows++;
        return rows;
    }

    private static RunData Generated(string name, List<string> texts) =>
        new(name, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', texts)))), texts.Count, "generated");

    private static bool IsAbsent(string name) => DatasetCatalog.Default.Names.Contains(name) && !DatasetCatalog.Default.Has(name);

    private static RunData Described(string name, long rows) => DatasetCatalog.Default.Names.Contains(name)
        ? new(name, DatasetCatalog.Default.Find(name).Sha256, rows, "catalog")
        : new(name, "", rows, "file");
}
