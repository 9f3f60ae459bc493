using System.Globalization;
using MlNetLlm.Checkpoints;
using MlNetLlm.Persistence;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.Training;

/// <summary>
/// The checkpoints of a run: <c>step-000120/</c> with the trained weights, the optimiser's state and <c>state.json</c>, and
/// <c>best-000080/</c> with the weights of the best validation.
/// </summary>
internal sealed class CheckpointFolder(IFileSystem files, string folder, IReadOnlyList<(string Name, Parameter Parameter)> parameters)
{
    private const string Weights = "weights.safetensors";
    private const string OptimizerFile = "optimizer.safetensors";
    private const string StateFile = "state.json";

    /// <summary>The steps that have a completed checkpoint, newest first.</summary>
    public IReadOnlyList<int> Steps() => [.. Numbers("step-").Where(step => AtomicFolder.Exists(Step(step))).OrderDescending()];

    /// <summary>Saves a checkpoint and drops those beyond the newest few.</summary>
    public void Save(TrainingState state, Optimizer optimizer, int keep)
    {
        AtomicFolder.Write(files, Step(state.Step), temporary =>
        {
            WriteWeights(temporary);
            Safetensors.Write(files, Path.Combine(temporary, OptimizerFile), optimizer.Tensors());
            AtomicFile.WriteAllBytes(files, Path.Combine(temporary, StateFile), StrictJson.ToBytes(state));
        });
        Leftovers.Try(() => Prune(state.Step, keep));
    }

    /// <summary>Reads the newest intact checkpoint's state, or null when there is no checkpoint at all.</summary>
    /// <exception cref="InvalidDataException">There are checkpoints and none is intact.</exception>
    public TrainingState? NewestState()
    {
        InvalidDataException? damage = null;
        foreach (var step in Steps())
            try
            {
                return ReadState(AtomicFolder.Open(Step(step)));
            }
            catch (InvalidDataException error)
            {
                damage ??= error;
            }
        return damage is null ? null
            : throw new InvalidDataException(
                $"No checkpoint in '{folder}' is intact. {damage.Message} Start afresh in another folder.", damage);
    }

    /// <summary>Reads a checkpoint's tensors into the parameters and the optimiser.</summary>
    public void Restore(TrainingState state, Optimizer optimizer)
    {
        var current = AtomicFolder.Open(Step(state.Step));
        ReadWeights(current);
        using var file = Safetensors.Open(Path.Combine(current, OptimizerFile));
        optimizer.Read(file);
    }

    /// <summary>Saves the weights of the best validation so far.</summary>
    public void SaveBest(int step) => AtomicFolder.Write(files, Best(step), WriteWeights);

    /// <summary>Reads the weights of the best validation into the parameters.</summary>
    public void RestoreBest(int step) => ReadWeights(AtomicFolder.Open(Best(step)));

    private static TrainingState ReadState(string checkpoint)
    {
        var state = StrictJson.ReadFile<TrainingState>(Path.Combine(checkpoint, StateFile));
        return state.Format == TrainingState.CurrentFormat ? state : throw new InvalidDataException(
            $"'{checkpoint}' has format {state.Format}; this version reads {TrainingState.CurrentFormat}.");
    }

    private void WriteWeights(string target)
        => Safetensors.Write(files, Path.Combine(target, Weights), parameters.Select(item => (item.Name, (Tensor)item.Parameter)));

    private void ReadWeights(string source)
    {
        using var file = Safetensors.Open(Path.Combine(source, Weights));
        if (file.Header.Tensors.Count != parameters.Count)
            throw new InvalidDataException($"'{source}' has {file.Header.Tensors.Count} tensors; this run trains {parameters.Count}.");
        foreach (var (name, parameter) in parameters)
            file.ReadInto(name, parameter);
    }

    /// <summary>Keeps the newest checkpoints up to the one just saved, and the best weights that they count on.</summary>
    private void Prune(int saved, int keep)
    {
        var kept = Steps().Where(step => step <= saved).Take(keep).ToList();
        foreach (var step in Numbers("step-").Except(kept).ToList())
            AtomicFolder.Delete(files, Step(step));
        foreach (var step in Numbers("best-").Except(kept.Select(BestOf)).ToList())
            AtomicFolder.Delete(files, Best(step));
    }

    private int BestOf(int step)
    {
        try
        {
            return ReadState(Step(step)).BestStep ?? -1;
        }
        catch (InvalidDataException)   // a damaged older checkpoint counts on nothing
        {
            return -1;
        }
    }

    private string Step(int step) => Path.Combine(folder, $"step-{step:D6}");

    private string Best(int step) => Path.Combine(folder, $"best-{step:D6}");

    private IEnumerable<int> Numbers(string prefix)
    {
        if (!Directory.Exists(folder))
            yield break;
        foreach (var path in Directory.EnumerateDirectories(folder, $"{prefix}*"))
            if (int.TryParse(Path.GetFileName(path).AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                yield return number;
    }
}
