using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.Lora;

/// <summary>The trainable low-rank adapter of one matrix.</summary>
internal sealed class LoraProjection(Tensor a, Tensor b, double scale, double dropout, RandomStream dropoutStream) : IProjectionAdapter
{
    /// <summary>A (r, in).</summary>
    public Parameter A { get; } = new(a);

    /// <summary>B (out, r).</summary>
    public Parameter B { get; } = new(b);

    public IEnumerable<(string Name, Parameter Parameter)> Parameters => [("lora_a", A), ("lora_b", B)];

    public Tensor Apply(Projection projection, Tensor input)
    {
        var output = nn.functional.linear(input, projection.Weight, projection.Bias);
        return output + LoraMath.Update(Dropped(input), A, B, scale);
    }

    public Tensor Merge(Projection projection)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return LoraMath.Merge(projection.Weight, A, B, scale).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
    }

    // Dropout from a stream of its own, so that a resumed run draws the same masks. Only while a gradient is wanted. The mask is drawn on
    // the CPU, the one place TorchSharp has generators of its own for, and is the same on every device.
    private Tensor Dropped(Tensor input)
    {
        if (dropout == 0 || !is_grad_enabled()) return input;
        using var generator = new Generator((ulong)dropoutStream.NextSeed());
        var kept = rand(input.shape, generator: generator) >= dropout;
        return input * kept.to(input.device) / (1 - dropout);
    }
}
