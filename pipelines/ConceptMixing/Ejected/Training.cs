// Learns a vocabulary and a teacher from teacher.jsonl and a sparse autoencoder of its hidden states, labels student.jsonl with the
// concepts that matter for the tokens to come, and pre-trains students on it: plain, by distillation, and with concepts mixed in. Prints
// losses, which result.json of the run has too, and saves the first student with concepts as an ordinary ML.NET model that writes with a
// concept raised. A line of a file is a text; what the run was run with stands in Values.cs.
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm;
using MlNetLlm.ConceptMixing;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pretraining;
using MlNetLlm.SparseAutoencoders;
using MlNetLlm.Tokenization;
using TorchSharp;

if (args is ["use", var file]) return Consumption.Continue(file);
if (args.Length > 0) return Consumption.Usage();

torch.set_num_threads(Values.Threads);
var ml = new MLContext(Values.Seed);
using var teacher = Teacher();
Say("teacher: loss, nats", Loss(teacher));
using var autoencoder = Autoencoder();
var concepts = new ConceptTeacher(teacher, autoencoder, Values.Layer);
Say("teacher's autoencoder: loss spliced, nats", ml.Concepts().Splice(concepts, Text("validation"), Values.Splice).SplicedLoss);

using var labels = ml.Concepts().LabelConcepts(concepts, Text("student"), "labels", Values.Labels);
foreach (var (arm, options) in Values.Arms)
{
    var losses = Enumerable.Range(1, Values.Students).Select(number => Student(arm, options, number)).ToList();
    Say($"{Values.Study}/{arm}: loss, nats", losses.Average());
}
return 0;

LanguageModel Teacher()
{
    var tokenizer = BpeTrainer.Train(Text("teacher").GetColumn<string>("Text"), Values.Vocabulary);
    return ml.LanguageModels().Pretrain(
        Values.TeacherModel with { VocabularySize = tokenizer.VocabularySize }, tokenizer, new SpecialTokens { Eos = 0 },
        Values.TeacherTraining, progress: new ProgressLines("teacher")).Fit(Text("teacher")).Model;
}

SparseAutoencoder Autoencoder()
{
    var text = Text("autoencoder");
    var states = ml.LanguageModels().HiddenStates(teacher, Values.States).Fit(text).Transform(text);
    return ml.Concepts().TrainSparseAutoencoder(Values.Autoencoder, new ProgressLines("autoencoder")).Fit(states).Autoencoder;
}

double Student(string arm, ConceptPretrainOptions options, int number)
{
    var learnsConcepts = options.Insert == InsertedElement.Concept;
    using var model = ml.Concepts().PretrainWithConcepts(
            Values.Models[arm] with { VocabularySize = teacher.Config.VocabularySize }, teacher.Tokenizer, teacher.Special,
            learnsConcepts ? labels[options.Labels] : null, options.DistillationWeight > 0 ? teacher : null,
            options with { Seed = (Values.Seed * 10_000) + number }, new ProgressLines($"{arm}, student {number}"))
        .Fit(Text("student"), Text("curve")).Model;
    if (learnsConcepts && number == 1) Keep(model);
    return Loss(model);
}

// Writes on from any text while the concept that it uses most is raised.
void Keep(LanguageModel model)
{
    var used = ml.Concepts().Statistics(model, Text("curve"), Values.Splice);
    var most = Enumerable.Range(0, used.Concepts).Where(concept => used.MeanStrength(concept) > 0).MaxBy(used.Frequency);
    var steering = new SteerConceptOptions { Concept = most, Strength = 4, MeanStrength = used.MeanStrength(most) };
    var steered = ml.Concepts().Steer(model, steering, Values.Generation).Fit(Text("curve"));
    ml.Model.Save(steered, Text("curve").Schema, "steered.zip");
}

double Loss(LanguageModel model) => LanguageLoss.Of(model, Text("validation"), Values.Reading);

IDataView Text(string part) => JsonLines.Read($"{part}.jsonl");

void Say(string what, double value) => Console.WriteLine($"{what}: {value.ToString("R", CultureInfo.InvariantCulture)}");
