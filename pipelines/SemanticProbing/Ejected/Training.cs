// Trains language models on nothing but prompts and programs, keeps snapshots along the way, and measures of each what its programs
// achieve and what linear probes read from its hidden states: the state after each operation, under the operations' own meaning and
// under others. Prints means over the models, which result.json of the run has too. The snapshots stay in models/, the probes of the first
// model's last snapshot beside them. What the run was run with stands in Values.cs.
using System.Globalization;
using Microsoft.ML;
using MlNetLlm;
using MlNetLlm.Karel;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pretraining;
using MlNetLlm.Probes;
using MlNetLlm.Traces;
using TorchSharp;

if (args is ["use", var count] && int.TryParse(count, CultureInfo.InvariantCulture, out var tasks))
    return Consumption.Read(tasks);
if (args.Length > 0) return Consumption.Usage();

torch.set_num_threads(Values.Threads);
var scores = new Dictionary<string, List<double>>();
foreach (var seed in Values.ModelSeeds)
{
    var ml = new MLContext(seed);
    var snapshots = Train(ml, seed);
    foreach (var step in snapshots.Steps)
    {
        using var model = snapshots.Load(step);
        model.To(Values.Device);
        var behaviour = KarelBehaviour.Measure(model, Tasks.Stream("test"), Values.TestPrograms, Tasks.Reading, Values.MaxOperations);
        Add($"step {step}: accuracy", behaviour.Accuracy);
        Probe(ml, model, step, keep: seed == Values.ModelSeeds[0] && step == snapshots.Steps[^1]);
    }
}
foreach (var (what, values) in scores.Where(score => score.Value.Count == Values.ModelSeeds.Count))
    Console.WriteLine($"{what}: {values.Average().ToString("R", CultureInfo.InvariantCulture)}");
return 0;

ModelSnapshots Train(MLContext ml, int seed)
{
    var tokenizer = Tasks.Reading.Tokenizer();
    var kept = Values.Snapshots with { Folder = Tasks.Folder(seed) };
    using var model = ml.LanguageModels()
        .Pretrain(Values.Model, tokenizer, tokenizer.Special, Values.Training with { Seed = seed, Snapshots = kept },
            progress: new ProgressLines($"model {seed}"))
        .Fit(Tasks.Programs(seed)).Model;
    return ModelSnapshots.Open(kept.Folder);
}

// One probe a meaning and label, all in one pass over the traces; the best evaluation is chosen on validation traces.
void Probe(MLContext ml, LanguageModel model, int step, bool keep)
{
    using var train = Record("probe train", Values.ProbePrograms);
    using var validation = Record("probe validation", Values.ValidationPrograms);
    using var test = Record("test", Values.TestPrograms);
    if (train.Rows < Values.MinProbeRows || validation.Rows == 0 || test.Rows == 0) return;   // programs of one operation have no states
    var labels = Values.Meanings.SelectMany(meaning => KarelLabels.All, (meaning, label) => (Meaning: meaning, Label: label)).ToList();
    var probes = ml.Probes().Set(labels.Select(one => Values.Probe with
    {
        LabelColumn = TraceColumns.Label(one.Label, one.Meaning, 0),
        ScoreColumn = $"{one.Meaning}.{one.Label}.Score",
        PredictedLabelColumn = $"{one.Meaning}.{one.Label}",
    })).Fit(train.View, validation.View);
    var evaluated = ml.Probes().Evaluate(probes, test.View, TraceColumns.Program);
    foreach (var (i, meaning) in Values.Meanings.Index())
    {
        var first = KarelLabels.All.Count * i;      // direction, offset along x, along y, obstacle
        var content = new KarelSemanticContent(
            evaluated.Probes[first].Accuracy, evaluated.Joint(first + 1, first + 2).Accuracy, evaluated.Probes[first + 3].Accuracy);
        Add($"step {step}, own programs, linear/{meaning}/t: content", content.Mean);
    }
    foreach (var (probe, label) in keep ? probes.Zip(labels) : [])
        ml.Model.Save(probe, train.View.Schema, $"{label.Meaning}-{label.Label}.zip");

    TraceDataset Record(string stream, int tasks) => TraceDataset.Create(model, Tasks.Stream(stream), tasks, Tasks.Traces);
}

void Add(string what, double value)
{
    if (!scores.TryGetValue(what, out var values)) scores[what] = values = [];
    values.Add(value);
}
