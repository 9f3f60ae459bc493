using MlNetLlm.Adapters;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Lora;

/// <summary>Makes trainable low-rank adapters and keeps what they learned, whatever they were trained on.</summary>
/// <param name="model">The base model.</param>
/// <param name="options">What they are put on and where they compute.</param>
/// <param name="settings">The same options' LoRA settings.</param>
internal sealed class LoraAdapters(LanguageModel model, AdapterOptions options, ILoraSettings settings)
{
    /// <summary>The adapters of the given matrices, at their start: no update.</summary>
    public IEnumerable<LoraProjection> Create(IReadOnlyList<Projection> targets, RandomStreams streams)
    {
        var on = DeviceNames.Of(options.Device);
        using var generator = new Generator((ulong)streams[RandomStreams.Initialisation].NextSeed());
        foreach (var target in targets)
        {
            yield return new LoraProjection(
                LoraMath.InitialA(settings.Rank, target.InputWidth, generator).to(on),
                zeros(target.OutputWidth, settings.Rank, device: on),
                settings.Alpha / settings.Rank, settings.Dropout, streams[RandomStreams.Dropout]);
        }
    }

    /// <summary>What the adapters learned, copied out of them.</summary>
    public LoraAdapter Keep(IReadOnlyList<(string Name, LoraProjection Adapter)> adapted) => new(
        model.Fingerprint, settings.Rank, settings.Alpha, adapted.Select(a => (a.Name, Keep(a.Adapter.A), Keep(a.Adapter.B))));

    private static Tensor Keep(Tensor parameter) => parameter.detach().cpu().clone().DetachFromDisposeScope();
}
