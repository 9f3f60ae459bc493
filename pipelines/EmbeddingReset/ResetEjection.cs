using System.Text.Json;
using MlNetLlm.Persistence;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>Writes the main contrast as C#: both bodies of every seed, their tasks, and every new language, stage by stage.</summary>
internal static class ResetEjection
{
    /// <exception cref="InvalidOperationException">The run's first section is not about generated languages, or lacks a body.</exception>
    public static IEnumerable<(string Name, string Text)> Of(RunResult result)
    {
        var section = StrictJson.Parse<ResetExperimentOptions>(result.Options.ToJsonString(), "the stored options").Sections[0];
        if (section.Source != SectionSource.Synthetic)
            throw new InvalidOperationException("Only a run whose first section has generated languages can be ejected.");
        if (!section.Arms.Contains(ResetArms.Forgetting) || !section.Arms.Contains(ResetArms.Standard))
            throw new InvalidOperationException($"The run's first section lacks {ResetArms.Forgetting} or {ResetArms.Standard}.");
        yield return ("Training.cs", Training(section, result));
        yield return ("Languages.cs", Languages(section, result));
        yield return ("Consumption.cs", Consumption);
    }

    private static string Training(SectionOptions section, RunResult result) =>
        $$"""
        // The main contrast of a run of reset (preset {{Text(result.Preset)}}, seed {{result.Seed}}) over the library alone. Trains a body
        // with and one without periodic resets of its embeddings on each seed, learns the tasks in language 1, adds every new language by
        // new embeddings, and prints the mean scores (the numbers in result.json). Of the first seed, the assembled models are saved, and a
        // few lines of every new language to try them on.
        using System.Globalization;
        using Microsoft.ML;
        using Microsoft.ML.Data;
        using MlNetLlm;
        using MlNetLlm.Data.SyntheticLanguages;
        using MlNetLlm.EmbeddingReset;
        using MlNetLlm.LanguageModels;
        using MlNetLlm.Pretraining;
        using MlNetLlm.TaskAdaptation;
        using MlNetLlm.Training;
        using TorchSharp;
        using static Microsoft.ML.Transforms.ValueToKeyMappingEstimator;

        if (args is ["use", var file]) return Consumption.Answer(file);

        torch.set_num_threads({{result.Environment.Threads}});
        var ml = new MLContext({{result.Seed}});
        var scores = new Dictionary<string, List<double>>();
        string[] tasks = [{{List(section.Tasks)}}];
        (string Name, int Distance)[] languages = [{{Distances(section)}}];
        for (var seed = 1; seed <= {{section.Seeds}}; seed++)
        {
            Arm("{{ResetArms.Forgetting}}", seed, {{Reset(section, ResetArms.Forgetting, result)}});
            Arm("{{ResetArms.Standard}}", seed, {{Reset(section, ResetArms.Standard, result)}});
        }
        foreach (var (what, values) in scores) Console.WriteLine($"{what}: {values.Average().ToString("R", CultureInfo.InvariantCulture)}");
        return 0;

        void Arm(string arm, int seed, EmbeddingResetOptions reset)
        {
            var first = SyntheticLanguage.AtDistance(0, Languages.Seed(seed, 0));
            using var body = Pretrain(first, seed, reset);
            var adapted = tasks.ToDictionary(task => task, task => Adapt(body, Languages.Train(ml, first, task), task, seed));
            foreach (var task in tasks) Add($"main/{arm}, {task}: score, first language", Score(adapted[task], first, task));
            foreach (var (name, distance) in languages)
            {
                var language = SyntheticLanguage.AtDistance(distance, Languages.Seed(seed, 1 + distance));
                if (seed == 1) File.WriteAllLines($"{name}.txt", Languages.Text(language).GetColumn<string>("Text").Take(5));
                foreach (var tokens in new long[] { {{string.Join(", ", section.Budgets)}} })
                {
                    using var learned = Relearn(body, language, tokens, seed);
                    foreach (var task in tasks)
                    {
                        var assembled = ml.LanguageModels().Assemble(adapted[task], learned);
                        Add($"main/{arm}, {task}, {name}, {tokens} tokens: score, update {{section.Relearning.Updates}}",
                            Score(assembled, language, task));
                        var schema = Languages.Test(ml, language, task).Schema;
                        if (seed == 1) ml.Model.Save(assembled, schema, $"{arm}-{task}-{name}-{tokens}.zip");
                    }
                }
            }
        }

        void Add(string what, double value)
        {
            if (!scores.TryGetValue(what, out var values)) scores[what] = values = [];
            values.Add(value);
        }

        // Stage 1: body and embeddings of language 1.
        LanguageModel Pretrain(SyntheticLanguage language, int seed, EmbeddingResetOptions reset) => ml.LanguageModels().Pretrain(
            TransformerConfig.Roberta({{Body(section)}}, language.Tokenizer, language.Tokenizer.Special,
            new PretrainOptions
            {
        {{Indent(Pretraining(section))}}
                Seed = {{result.Seed * 10_000}} + seed,
                Reset = reset,
            }).Fit(SyntheticData.Tagged(language, {{section.Pretraining.TextRows}})).Model;

        // Stage 2: body and a task's head; the embeddings are frozen.
        TaskTransformer Adapt(LanguageModel body, IDataView rows, string task, int seed) => ml.LanguageModels().AdaptToTask(
            body, new AdaptToTaskOptions
            {
                Task = Languages.Kind(task),
        {{Indent(Task(section))}}
                Seed = {{result.Seed * 10_000}} + seed,
            }).Fit(ml.Transforms.Conversion.MapValueToKey("Label", keyOrdinality: KeyOrdinality.ByValue).Fit(rows).Transform(rows));

        // Stage 3: a new table of embeddings on the frozen body, from the first tokens of a new language.
        LanguageModel Relearn(LanguageModel body, SyntheticLanguage language, long tokens, int seed) => ml.LanguageModels()
            .RelearnEmbeddings(body, language.Tokenizer, language.Tokenizer.Special, new RelearnEmbeddingsOptions
            {
                TextTokens = tokens,
        {{Indent(Relearning(section))}}
                Seed = {{result.Seed * 10_000}} + seed,
            }).Fit(Languages.Text(language)).Model;

        // Stage 4: scored without further training.
        double Score(TaskTransformer model, SyntheticLanguage language, string task)
        {
            var keys = ml.Data.LoadFromEnumerable(model.Names.Select(name => new { Label = name }));
            var rows = Languages.Test(ml, language, task);
            var keyed = ml.Transforms.Conversion.MapValueToKey("Label", keyData: keys).Fit(rows).Transform(rows);
            return ml.MulticlassClassification.Evaluate(model.Transform(keyed)).MicroAccuracy;
        }

        """;

    private static string Languages(SectionOptions section, RunResult result) =>
        $$"""
        using Microsoft.ML;
        using MlNetLlm.Data.SyntheticLanguages;
        using MlNetLlm.TaskAdaptation;

        // The rows of a generated language: its text, and labelled rows of each task that none of its text has.
        internal static class Languages
        {
            public static int Seed(int seed, int language) => ({{result.Seed}} * 1000 + seed) * 10 + language;

            public static TaskKind Kind(string task) => task == "topics" ? TaskKind.Classification : TaskKind.Tagging;

            public static IDataView Text(SyntheticLanguage language) =>
                SyntheticData.Tagged(language, {{section.Budgets[^1]}}L / (language.Options.BlockWords + 1) + 1);

            public static IDataView Train(MLContext ml, SyntheticLanguage language, string task) =>
                Rows(ml, language, task, {{section.Task.TrainRows}}, 20_000_000);

            public static IDataView Test(MLContext ml, SyntheticLanguage language, string task) =>
                Rows(ml, language, task, {{section.Task.TestRows}}, 30_000_000);

            private static IDataView Rows(MLContext ml, SyntheticLanguage language, string task, long count, long start)
            {
                if (task == "tagging")
                    return WordRows.Of(SyntheticData.Tagged(language, count, start), labelsColumn: SyntheticColumns.Tags);
                if (task == "agreement")
                    return WordRows.Of(SyntheticData.WithMisfits(language, count, start), labelsColumn: SyntheticColumns.Agreement);
                var pairs = SyntheticData.TopicPairs(language, count, start);
                return ml.Transforms.CopyColumns("Label", SyntheticColumns.Topics).Fit(pairs).Transform(pairs);
            }
        }

        """;

    private static string Distances(SectionOptions section) =>
        string.Join(", ", section.Languages.Select(name => $"({Text(name)}, {name[1]})"));

    private static string Body(SectionOptions section)
    {
        var body = section.Body;
        return Invariant($"language.Tokenizer.VocabularySize, {body.Width}, {body.Layers}, {body.Heads}, {body.SequenceLength}")
            + Invariant($") with {{ Dropout = {body.Dropout:R} }}");
    }

    private static string Reset(SectionOptions section, string arm, RunResult result)
    {
        var rate = result.Metrics.First(m => m.Arm == $"{section.Name}/{arm}" && m.Name == ResetReport.ChosenRate).Value;
        var reset = ResetArms.Reset(arm, section.Pretraining.Updates, section.Pretraining.Episodes, rate);
        return Invariant($"new() {{ Interval = {reset.Interval}, LearningRateScale = {reset.LearningRateScale:R} }}");
    }

    private static string Pretraining(SectionOptions section)
    {
        var p = section.Pretraining;
        return Invariant($"""
            MaxSteps = {p.Updates},
            BatchSize = {p.BatchSize},
            GradientAccumulation = {p.Accumulation},
            Device = {Text(section.Device)},
            SequenceLength = {section.Body.SequenceLength},
            LearningRate = {p.LearningRate:R},
            Schedule = Schedule.Linear,
            FinalLearningRateShare = 0,
            WarmupSteps = {(int)(p.Updates * p.WarmupShare)},
            WarmupFromZero = true,
            ClipNorm = {p.ClipNorm:R},
            WeightDecay = {p.WeightDecay:R},
            Beta2 = 0.98,
            Epsilon = 1e-6,
            """);
    }

    private static string Task(SectionOptions section)
    {
        var t = section.Task;
        return Invariant($"""
            TruncateLongRows = true,
            MaxSteps = {t.Updates},
            BatchSize = {t.BatchSize},
            Device = {Text(section.Device)},
            SequenceLength = {section.Body.SequenceLength},
            LearningRate = {t.LearningRate:R},
            Schedule = Schedule.Linear,
            FinalLearningRateShare = 0,
            WarmupSteps = {t.Updates / 16},
            ClipNorm = 1,
            Beta2 = 0.98,
            """);
    }

    private static string Relearning(SectionOptions section)
    {
        var r = section.Relearning;
        return Invariant($"""
            MaxSteps = {r.Updates},
            BatchSize = {r.BatchSize},
            GradientAccumulation = {r.Accumulation},
            Device = {Text(section.Device)},
            SequenceLength = {section.Body.SequenceLength},
            LearningRate = {r.LearningRate:R},
            Schedule = Schedule.Linear,
            FinalLearningRateShare = 0,
            WarmupSteps = {(int)(r.Updates * r.WarmupShare)},
            ClipNorm = 0,
            WeightDecay = 0.01,
            Beta2 = 0.98,
            Epsilon = 1e-6,
            """);
    }

    private const string Consumption =
        """
        // Uses a saved model as any ML.NET model: dotnet run -- use AF-tagging-d2-480.zip < d2.txt, a text a line in the words of its
        // language. A model of words answers for every word, one of texts for the whole line.
        using Microsoft.ML;
        using Microsoft.ML.Data;

        internal static class Consumption
        {
            public static int Answer(string file)
            {
                var ml = new MLContext();
                var model = ml.Model.Load(file, out var schema);
                var words = schema.GetColumnOrNull("Start") is not null;
                var rows = new List<Row>();
                while (Console.ReadLine() is { } line)
                    for (var start = 0; start >= 0 && start < line.Length; start = Next(line, start))
                    {
                        rows.Add(new Row { Text = line, Start = start });
                        if (!words) break;
                    }
                var answered = model.Transform(ml.Data.LoadFromEnumerable(rows));
                var named = ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(answered).Transform(answered);
                foreach (var (row, label) in rows.Zip(named.GetColumn<string>("PredictedLabel")))
                    Console.WriteLine($"{(words ? row.Text[row.Start..].Split(' ')[0] : row.Text)}\t{label}");
                return 0;
            }

            private static int Next(string line, int start) => line.IndexOf(' ', start) is >= 0 and var space ? space + 1 : -1;

            private sealed class Row
            {
                public string Text { get; set; } = "";

                public int Start { get; set; }
            }
        }

        """;

    private static string Indent(string lines) =>
        string.Join("\n", lines.Split('\n').Select(line => "        " + line.TrimEnd('\r')));

    private static string List(IEnumerable<string> names) => string.Join(", ", names.Select(Text));

    // JSON's texts are C#'s, but for a few escapes that neither writer uses.
    private static string Text(string text) => JsonSerializer.Serialize(text);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
