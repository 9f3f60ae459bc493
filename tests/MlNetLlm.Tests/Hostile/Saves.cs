using Microsoft.ML;
using MlNetLlm.Adapters;
using MlNetLlm.Checkpoints;
using MlNetLlm.LanguageModels;
using MlNetLlm.Lora;
using MlNetLlm.Persistence;
using MlNetLlm.Svf;
using MlNetLlm.TaskAdaptation;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.Svf;
using MlNetLlm.Tests.TaskAdaptation;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Tests.Hostile;

/// <summary>Everything that the library saves as a folder, in two versions each, and how to say which version a folder holds.</summary>
internal sealed class Saves : IDisposable
{
    private readonly MLContext _ml = new(1);
    private readonly LanguageModel _model = Toy.Model();
    private readonly LanguageModel _other = Toy.Model(seed: 2);
    private readonly SvfExpert[] _experts;
    private readonly LoraAdapter[] _adapters;
    private readonly LanguageModel _masked = TaskToys.Model();
    private readonly TaskTransformer[] _tasks;
    private readonly SvfExpertLibrary[] _libraries;

    public Saves()
    {
        var catalog = _ml.LanguageModels();
        _experts = [.. new[] { 1, 2 }.Select(steps => catalog.FineTuneSvf(
            _model, new SvfOptions { MaxSteps = steps, BatchSize = 4, SequenceLength = 12, LearningRate = 0.05 }).Fit(Toy.Rows(_ml))
                .Learned)];
        _adapters = [.. new[] { 1, 2 }.Select(steps => catalog.FineTuneLora(
            _model, new LoraOptions { MaxSteps = steps, BatchSize = 4, SequenceLength = 12, Rank = 2 }).Fit(Toy.Rows(_ml)).Learned)];
        var labelled = TaskToys.View(_ml, TaskToys.Rows(TaskKind.Classification));
        _tasks = [.. new[] { 1, 2 }.Select(steps => catalog.AdaptToTask(
            _masked, TaskToys.Options(TaskKind.Classification) with { MaxSteps = steps }).Fit(labelled))];
        _libraries = [.. new[] { 1, 2 }.Select(seed => new SvfExpertLibrary(
            _model, ("a", ExpertToys.Expert(_model, seed)), ("b", ExpertToys.Expert(_model, seed + 5))))];
    }

    public static string[] Kinds { get; } = ["model", "huggingface", "svf", "lora", "peft", "tokenizer", "task", "library"];

    /// <summary>Saves version 0 or 1.</summary>
    public void Save(string kind, int version, string folder, IFileSystem files)
    {
        var model = version == 0 ? _model : _other;
        switch (kind)
        {
            case "model": model.Save(folder, files); break;
            case "huggingface": HuggingFaceFolder.Save(model, folder, null, files); break;
            case "svf": _experts[version].Save(folder, files); break;
            case "lora": _adapters[version].Save(folder, files); break;
            case "task": _tasks[version].Save(folder, files); break;
            case "library": _libraries[version].Save(folder, files); break;
            case "peft": PeftFolder.Save(_adapters[version], _model, folder, null, files); break;
            case "tokenizer": AtomicFolder.Write(files, folder, temporary => TokenizerFile.Save(Tokenizer(version), temporary,
                files)); break;
        }
    }

    /// <summary>Loads a folder; a text that tells the versions apart by all that they hold.</summary>
    public string Load(string kind, string folder)
    {
        switch (kind)
        {
            case "model" or "huggingface":
                using (var model = LanguageModel.Load(folder))
                    return model.Fingerprint;
            case "task":
                using (var task = TaskTransformer.Load(folder))
                    return $"{task.Model.Fingerprint} {string.Join(' ', task.Compute([new TaskRow("abc", null, 0, [])])[0].Probabilities)}";
            case "library":
                using (var library = SvfExpertLibrary.Load(folder, _model))
                using (var mixed = library.Compose(SvfMix.Uniform(library.Names)))
                    return mixed.Fingerprint;
            case "tokenizer":
                return string.Join(' ', TokenizerFile.Load(AtomicFolder.Open(folder)).EncodeToIds("abcdefgh"));
            default:
                using (var adapter = kind == "peft" ? PeftFolder.Load(folder, _model) : AdapterFolder.Load(folder))
                using (var adapted = adapter.ApplyTo(_model))
                    return adapted.Fingerprint;
        }
    }

    public void Dispose()
    {
        foreach (var adapter in _experts.Cast<ModelAdapter>().Concat(_adapters))
            adapter.Dispose();
        foreach (var task in _tasks)
            task.Dispose();
        foreach (var library in _libraries)
            library.Dispose();
        _model.Dispose();
        _other.Dispose();
        _masked.Dispose();
    }

    private static VocabularyTokenizer Tokenizer(int version) => VocabularyTokenizer.Characters(version == 0 ? "abcdefgh" : "hgfedcba+");
}
