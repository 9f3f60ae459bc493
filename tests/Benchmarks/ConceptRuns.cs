using Microsoft.ML;
using MlNetLlm.Checkpoints;
using MlNetLlm.ConceptMixing;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using MlNetLlm.SparseAutoencoders;
using MlNetLlm.Tokenization;
using MlNetLlm.Training;
using static TorchSharp.torch;

namespace MlNetLlm.Benchmarks;

/// <summary>
/// A step of pre-training with concepts on labels that were made before, and the same step without concepts. PyTorch's side makes
/// the labels of every step anew by teacher and autoencoder, and holds all concept logits, as the released code does.
/// </summary>
internal static class ConceptRuns
{
    private const int Steps = 40, Vocabulary = 2048, Layer = 2, Seed = 1;
    private const string WeightsName = "concepts.safetensors", TextName = "concepts.txt", LabelsName = "concepts-labels";

    private static TransformerConfig Plain { get; } =
        TransformerConfig.Gpt2(Vocabulary, width: 256, layers: 4, heads: 8, contextLength: Inputs.Time);

    private static TransformerConfig Mixed { get; } =
        Plain with { Insertion = new Insertion { Layer = Layer, Concepts = 2048, TopConcepts = 32 } };

    private static ConceptPretrainOptions Options { get; } = new()
    {
        Layer = Layer, SequenceLength = Inputs.Time, BatchSize = Inputs.Batch, Seed = Seed,
    };

    private static VocabularyTokenizer Tokenizer { get; } =
        new([.. Enumerable.Range(0, Vocabulary).Select(id => $"w{id}")], TokenSeparator.Space);

    /// <summary>Operations (FLOP) a token of the two steps: with concepts, and without.</summary>
    public static (double Mixed, double Plain) Flops =>
        (ConceptCosts.TrainingFlops(Mixed, Inputs.Time), ConceptCosts.TrainingFlops(Plain, Inputs.Time));

    /// <summary>Writes a text, its labels, the teacher they are from, the student's start, and the batches in their order.</summary>
    public static void Write(string folder)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(4);
        var draws = new RandomStream(Seed, "concepts");
        var text = string.Join(' ', Enumerable.Range(0, Steps * Inputs.Batch * Inputs.Time + 1).Select(_ => $"w{draws.Next(Vocabulary)}"));
        File.WriteAllText(Path.Combine(folder, TextName), text);
        var model = new LanguageModel(new TransformerModel(Plain, random, initialDeviation: 0.06), Tokenizer);
        var run = new SparseAutoencoderOptions { Latents = 2048, ActiveLatents = 32 }.Loop(Plain.Width);
        var autoencoder = SparseAutoencoderStart.Draw(
            TeacherPass.Numbers(randn([512, Plain.Width], generator: random)), Plain.Width, run, draws);
        var labels = Path.Combine(folder, LabelsName);
        if (Directory.Exists(labels)) Directory.Delete(labels, recursive: true);
        new MLContext(Seed).Concepts().LabelConcepts(
            new ConceptTeacher(model, autoencoder, Layer), View(folder), labels,
            new LabelConceptsOptions { SequenceLength = Inputs.Time, Kinds = [ConceptLabelKind.Plus] }).Dispose();
        using var student = new TransformerModel(Mixed, random);
        using var batches = Batches(folder);
        var tokens = cat([.. Enumerable.Range(0, Steps).Select(_ => Whole(batches.Next()).unsqueeze(0))]);       // (steps, batch, time + 1)
        Safetensors.Write(
            FileSystems.Default, Path.Combine(folder, WeightsName),
            [.. Named("teacher.", model.Module), .. autoencoder.Parameters.Select(p => ($"sae.{p.Name}", (Tensor)p.Parameter)),
                .. Named("student.", student), ("tokens", tokens)]);
    }

    /// <summary>Trains, a step a turn; the value is the whole loss.</summary>
    public static void Run(string folder, bool concepts, Turns turns)
    {
        using var batches = Batches(folder);
        var inputs = Safetensors.Read(Path.Combine(folder, WeightsName));
        using var model = Inputs.Take(new TransformerModel(concepts ? Mixed : Plain), inputs, "student.");
        foreach (var tensor in inputs.Values) tensor.Dispose();
        var trained = model.named_parameters().Select(p => (p.name, p.parameter));
        if (!concepts)
        {
            TrainingSteps.Run(
                model, trained, batches.Next, batch => Objectives.NextToken(model, model.Hidden(batch.Tokens), batch.Targets), turns);
            return;
        }
        using var labels = ConceptLabels.Open(Path.Combine(folder, LabelsName));
        var objective = new ConceptObjective(model, Options, new WindowLabels(labels[ConceptLabelKind.Plus], batches), null);
        TrainingSteps.Run(model, trained, batches.Next, objective.Loss, turns);
    }

    private static TokenBatches Batches(string folder) =>
        TokenBatches.Read(View(folder), Options, Tokenizer, SpecialTokens.None, Inputs.Time);

    private static IDataView View(string folder) => new MLContext(Seed).Data.LoadFromEnumerable(
        [new Line { Text = File.ReadAllText(Path.Combine(folder, TextName)) }]);

    // What is read, and the last target.
    private static Tensor Whole(TokenBatch batch) => cat([batch.Tokens, batch.Targets.narrow(1, Inputs.Time - 1, 1)], 1);

    private static IEnumerable<(string, Tensor)> Named(string prefix, TransformerModel model) =>
        model.named_parameters().Select(p => (prefix + p.name, (Tensor)p.parameter));

    private sealed class Line
    {
        public string Text { get; set; } = "";
    }
}
