using MlNetLlm.Checkpoints;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using static TorchSharp.torch;

namespace MlNetLlm.TaskAdaptation;

/// <summary>
/// A task on disk: the model's files, task.json (format, options, names of the classes) and task.safetensors (the head). In a folder of
/// its own the model stands in the folder model; in a model file's payload, which has no folders, beside the others.
/// </summary>
internal static class TaskFolder
{
    private const string ModelName = "model";
    private const string TaskName = "task.json";
    private const string HeadName = "task.safetensors";
    private const int CurrentFormat = 1;

    private sealed record TaskFile(int Format, AdaptToTaskOptions Options, IReadOnlyList<string> Names);

    public static void Save(TaskTransformer task, string folder, IFileSystem files) => AtomicFolder.Write(files, folder, temporary =>
    {
        task.Model.Save(Path.Combine(temporary, ModelName), files);
        Write(task, temporary, files);
    });

    public static TaskTransformer Load(string folder)
    {
        var path = AtomicFolder.Open(folder);
        return Read(path, Path.Combine(path, ModelName));
    }

    public static byte[] Pack(TaskTransformer task) => PackedFolder.Pack(folder =>
    {
        task.Model.Save(folder);
        Write(task, folder, FileSystems.Default);
    });

    public static TaskTransformer Unpack(byte[] packed) => PackedFolder.Unpack(packed, folder => Read(folder, folder));

    private static void Write(TaskTransformer task, string folder, IFileSystem files)
    {
        var options = task.Options with { CheckpointFolder = null, Resume = false, CheckpointEvery = 0 };   // of that run, not of the task
        var description = new TaskFile(CurrentFormat, options, task.Names);
        AtomicFile.WriteAllBytes(files, Path.Combine(folder, TaskName), StrictJson.ToBytes(description));
        Safetensors.Write(
            files, Path.Combine(folder, HeadName), task.Head.named_parameters().Select(item => (item.name, (Tensor)item.parameter)));
    }

    private static TaskTransformer Read(string folder, string modelFolder)
    {
        var path = Path.Combine(folder, TaskName);
        var file = StrictJson.ReadFile<TaskFile>(path);
        if (file.Format != CurrentFormat)
            throw new InvalidDataException(
                $"'{path}' has format {file.Format}; this version reads {CurrentFormat}. Use the version that wrote it.");
        if (file.Names.Count < 2 || file.Names.Distinct(StringComparer.Ordinal).Count() != file.Names.Count)
            throw new InvalidDataException($"'{path}' names {file.Names.Count} classes; expected 2 or more, all different.");
        if (file.Options.Faults().FirstOrDefault() is { } fault)
            throw new InvalidDataException($"'{path}': {fault}");
        var model = LanguageModel.Load(modelFolder);
        try
        {
            using var weights = SafetensorsFile.Open(Path.Combine(folder, HeadName));
            return new TaskTransformer(model, ReadHead(weights, model, file, path), file.Options, file.Names);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static TaskHead ReadHead(SafetensorsFile weights, LanguageModel model, TaskFile file, string path)
    {
        var head = new TaskHead(file.Options.Task, model.Config, file.Names.Count, init: null);
        using var quiet = no_grad();
        var parameters = head.named_parameters().ToList();
        if (weights.Header.Tensors.Count != parameters.Count)
            throw new InvalidDataException($"'{path}': the head has {weights.Header.Tensors.Count} tensors, expected {parameters.Count}.");
        foreach (var (name, parameter) in parameters)
        {
            weights.ReadInto(name, parameter);
            parameter.requires_grad = false;
        }
        head.eval();
        return head;
    }
}
