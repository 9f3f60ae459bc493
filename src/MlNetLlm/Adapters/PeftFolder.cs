using MlNetLlm.Checkpoints;
using MlNetLlm.LanguageModels;
using MlNetLlm.Lora;
using MlNetLlm.Persistence;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Adapters;

/// <summary>
/// LoRA adapters in the folder form of PEFT: adapter_config.json and adapter_model.safetensors with A (r, in) and B (out, r) of each
/// adapted module under <c>base_model.model.MODULE.lora_A.weight</c> and <c>….lora_B.weight</c>. Families: those of
/// <see cref="HuggingFaceFolder"/> that predict the next token; codegen without its fused query, key and value.
/// </summary>
/// <remarks>
/// GPT-2's c_attn is one module for query, key and value: read, each of the three gets A and its part of B, the same product. Written,
/// the three must be adapted together and share A, which updates trained here one by one do not; they are refused.
/// A fitting fingerprint is checked where this library wrote the file. PEFT does not record the base's weights, so otherwise only
/// names and shapes are.
/// </remarks>
public static class PeftFolder
{
    private const string TensorsName = "adapter_model.safetensors";
    private const string Prefix = "base_model.model.";
    private const string EndA = ".lora_A.weight";
    private const string EndB = ".lora_B.weight";
    private const string FingerprintKey = "mlnetllm.base_fingerprint";

    /// <summary>Writes an adapter, whole or not at all.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="baseModel">The model it was trained on.</param>
    /// <param name="folder">The folder; an older one is replaced.</param>
    /// <param name="baseModelName">Hub name or path of the base model, where PEFT is to look for it; null = left open.</param>
    /// <param name="fileSystem">Where to write; null = the disk.</param>
    /// <exception cref="InvalidOperationException">The adapter belongs to another base model.</exception>
    /// <exception cref="ArgumentException">PEFT has no modules for these matrices, or a fused one cannot hold them.</exception>
    public static void Save(
        LoraAdapter adapter, LanguageModel baseModel, string folder, string? baseModelName = null, IFileSystem? fileSystem = null)
    {
        adapter.RequireBase(baseModel);
        var modules = Adapted(adapter, PeftModules.Of(baseModel.Module));
        var all = PeftModules.Of(baseModel.Module).ToLookup(module => module.ShortName);
        var targets = modules.GroupBy(module => module.ShortName)
            .SelectMany(group => group.Count() == all[group.Key].Count() ? [group.Key] : group.Select(module => module.Name));
        var alphas = new Dictionary<string, double>();
        var config = new PeftConfig(adapter.Rank, adapter.Alpha, alphas, [.. targets.Order(StringComparer.Ordinal)]);
        var files = fileSystem ?? FileSystems.Default;
        var metadata = new Dictionary<string, string> { ["format"] = "pt", [FingerprintKey] = adapter.BaseFingerprint };
        using var scope = NewDisposeScope();
        AtomicFolder.Write(files, folder, temporary =>
        {
            var json = config.ToJson(baseModelName, isTransposed: baseModel.Config.Architecture == "gpt2");
            HuggingFaceFolder.WriteJson(files, Path.Combine(temporary, PeftConfig.FileName), json);
            Safetensors.Write(files, Path.Combine(temporary, TensorsName), modules.SelectMany(module => Packed(adapter, module)), metadata);
        });
    }

    /// <summary>Reads an adapter for a base model.</summary>
    /// <param name="folder">The folder, of PEFT or of <see cref="Save"/>.</param>
    /// <param name="baseModel">The model the adapter was trained on.</param>
    /// <param name="limits">What the tensor file may contain at most; null = <see cref="SafetensorsLimits.Default"/>.</param>
    /// <returns>The adapter; α of single modules (alpha_pattern) is multiplied into their B.</returns>
    /// <exception cref="InvalidDataException">A file is broken, does not fit the model, or asks for what is not computed here.</exception>
    /// <exception cref="ArgumentException">The model's family has no PEFT names.</exception>
    public static LoraAdapter Load(string folder, LanguageModel baseModel, SafetensorsLimits? limits = null)
    {
        var modules = PeftModules.Of(baseModel.Module).ToDictionary(module => module.Name);
        var path = AtomicFolder.Exists(folder) ? AtomicFolder.Open(folder) : folder;
        var config = PeftConfig.Read(Path.Combine(path, PeftConfig.FileName));
        using var file = SafetensorsFile.Open(Path.Combine(path, TensorsName), limits);
        if (file.Header.Metadata.TryGetValue(FingerprintKey, out var fingerprint) && fingerprint != baseModel.Fingerprint)
            throw Fault(folder, $"the adapter was trained on the base model {fingerprint}, the given model is {baseModel.Fingerprint}.");
        var names = Names(file, folder);
        foreach (var name in names)
            RequireFits(file, folder, config, modules, name);
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        var adapted = names.Select(name => modules[name]).OrderBy(module => module.Matrices[0].Layer);
        var matrices = adapted.SelectMany(module => Unpacked(file, config, module)).ToList();
        return new LoraAdapter(baseModel.Fingerprint, config.Rank, config.Alpha, matrices);
    }

    private static List<PeftModule> Adapted(LoraAdapter adapter, IReadOnlyList<PeftModule> modules)
    {
        var matrices = adapter.Matrices.ToHashSet();
        var adapted = modules.Where(module => module.Matrices.Any(matrix => matrices.Contains(matrix.Name))).ToList();
        foreach (var module in adapted)
            RequireOneUpdate(adapter, matrices, module);
        string[] homeless = [.. matrices.Except(adapted.SelectMany(module => module.Matrices).Select(matrix => matrix.Name))];
        return homeless.Length == 0
            ? adapted
            : throw new ArgumentException(
                $"PEFT has no module that holds just '{homeless[0]}'. Save the adapter with AdapterFolder instead.");
    }

    private static void RequireOneUpdate(LoraAdapter adapter, HashSet<string> matrices, PeftModule module)
    {
        var missing = module.Matrices.FirstOrDefault(matrix => !matrices.Contains(matrix.Name));
        if (missing is null && module.Matrices.All(matrix => A(matrix).bytes.SequenceEqual(A(module.Matrices[0]).bytes)))
            return;
        throw new ArgumentException(
            $"Module '{module.Name}' holds {string.Join(", ", module.Matrices.Select(matrix => $"'{matrix.Name}'"))} with one A for all: "
            + (missing is null ? "their A differ. " : $"'{missing.Name}' is not adapted. ")
            + "Save the adapter with AdapterFolder instead.");

        Tensor A(Projection matrix) => adapter.Update(matrix.Name).A;
    }

    private static IEnumerable<(string Name, Tensor Tensor)> Packed(LoraAdapter adapter, PeftModule module)
    {
        var updates = module.Matrices.Select(matrix => adapter.Update(matrix.Name)).ToList();
        yield return ($"{Prefix}{module.Name}{EndA}", updates[0].A);
        yield return ($"{Prefix}{module.Name}{EndB}", updates.Count == 1 ? updates[0].B : cat([.. updates.Select(update => update.B)]));
    }

    private static IReadOnlyList<string> Names(SafetensorsFile file, string folder)
    {
        var names = new List<string>();
        foreach (var tensor in file.Header.Tensors.Select(entry => entry.Name).Order(StringComparer.Ordinal))
        {
            var (end, twin) = tensor.EndsWith(EndA, StringComparison.Ordinal) ? (EndA, EndB) : (EndB, EndA);
            if (!tensor.StartsWith(Prefix, StringComparison.Ordinal) || !tensor.EndsWith(end, StringComparison.Ordinal)
                || tensor.Length <= Prefix.Length + end.Length)
                throw Fault(folder, $"tensor '{tensor}' is none of {Prefix}MODULE{EndA} and {Prefix}MODULE{EndB}.");
            if (!file.Contains(tensor[..^end.Length] + twin))
                throw Fault(folder, $"tensor '{tensor}' has no twin '{tensor[..^end.Length]}{twin}'.");
            if (end == EndA)
                names.Add(tensor[Prefix.Length..^end.Length]);
        }
        return names.Count > 0 ? names : throw Fault(folder, $"{TensorsName} holds no tensors.");
    }

    private static void RequireFits(
        SafetensorsFile file, string folder, PeftConfig config, Dictionary<string, PeftModule> modules, string name)
    {
        if (!modules.TryGetValue(name, out var module))
            throw Fault(folder, $"the model has no module '{name}' to adapt. Known: {string.Join(", ", modules.Keys.Take(7))}, …");
        if (!config.Takes(name))
            throw Fault(folder, $"tensors for module '{name}', which target_modules ({string.Join(", ", config.Targets)}) leaves out.");
        Require(EndA, [config.Rank, module.InputWidth]);
        Require(EndB, [module.OutputWidth, config.Rank]);

        void Require(string end, long[] expected)
        {
            var entry = file.Entry(Prefix + name + end);
            if (!entry.Shape.SequenceEqual(expected))
                throw Fault(folder, $"tensor '{entry.Name}' has shape ({string.Join(", ", entry.Shape)}), "
                    + $"rank {config.Rank} on this model asks for ({string.Join(", ", expected)}).");
            if (entry.Type is not (ScalarType.Float32 or ScalarType.BFloat16 or ScalarType.Float16))
                throw Fault(folder, $"tensor '{entry.Name}' is {entry.Type}; expected Float32, BFloat16 or Float16.");
        }
    }

    private static IEnumerable<(string Name, Tensor A, Tensor B)> Unpacked(SafetensorsFile file, PeftConfig config, PeftModule module)
    {
        var a = file.Read($"{Prefix}{module.Name}{EndA}", ScalarType.Float32);
        var b = file.Read($"{Prefix}{module.Name}{EndB}", ScalarType.Float32);
        if (config.AlphaOf(module.Name) is var alpha && alpha != config.Alpha)
            b.mul_(alpha / config.Alpha);
        var start = 0L;
        foreach (var matrix in module.Matrices)
        {
            var part = b.narrow(0, start, matrix.OutputWidth).clone();          // (out, r)
            yield return (matrix.Name, a.clone().DetachFromDisposeScope(), part.DetachFromDisposeScope());
            start += matrix.OutputWidth;
        }
    }

    private static InvalidDataException Fault(string folder, string fact) => new($"'{folder}': {fact}");
}
