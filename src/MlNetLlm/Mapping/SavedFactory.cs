using System.ComponentModel;
using Microsoft.ML.Transforms;

namespace MlNetLlm.Mapping;

/// <summary>
/// Rebuilds a transformer in a loaded model file: the first row's payload gives it back, then each row is mapped by it. Public because
/// ML.NET finds its heirs by contract name when it loads a model.
/// </summary>
/// <typeparam name="TInput">The input columns.</typeparam>
/// <typeparam name="TOutput">The results under their fixed names.</typeparam>
/// <typeparam name="TState">What the payload holds.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class SavedFactory<TInput, TOutput, TState> : CustomMappingFactory<TInput, TOutput>
    where TInput : class, ISavedPayload, new()
    where TOutput : class, new()
    where TState : class
{
    private protected SavedFactory()
    {
    }

    /// <summary>The contract's name in the model file.</summary>
    internal abstract string ContractName { get; }

    /// <inheritdoc/>
    public override Action<TInput, TOutput> GetMapping()
    {
        var gate = new Lock();
        TState? state = null;
        return (input, output) =>
        {
            lock (gate) state ??= Restore(PayloadColumns.Unpack(input.Payload.GetValues()));
            Map(state, input, output);
        };
    }

    private protected abstract TState Restore(byte[] payload);

    private protected abstract void Map(TState state, TInput input, TOutput output);
}
